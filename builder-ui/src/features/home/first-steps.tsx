/** What an administrator of a new firm does first; gone when they say so. */
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { useAppModel, useSession } from '@/api/app-context'
import { isFlag, usePreference } from '@/api/preferences'
import { paths } from '@/model/paths'
import { Button } from '@/ui/button'
import { Card } from '@/ui/card'
import { Icon, type IconName } from '@/ui/icon'
import style from './first-steps.module.css'

export function FirstSteps() {
  const { t } = useTranslation()
  const { user, demo } = useSession()
  const model = useAppModel()
  const [done, setDone] = usePreference('first_steps.done', isFlag)
  if (!user.admin || demo || done) return null
  const steps: { key: string; icon: IconName; to: string; shown: boolean }[] = [
    { key: 'departments', icon: 'network', to: paths.departments, shown: model.entities.department !== undefined },
    { key: 'people', icon: 'person_add', to: paths.newRecord('user'), shown: model.entities.user?.can.create ?? false },
    { key: 'import', icon: 'upload', to: paths.imports, shown: Object.values(model.entities).some((entity) => entity.can.import) },
    { key: 'settings', icon: 'settings', to: paths.settings, shown: true },
  ]
  return (
    <Card
      title={t('home:first.title')}
      aside={<Button kind="quiet" size="small" icon="close" label={t('home:first.done')} onClick={() => setDone(true)} />}
      flush
    >
      <ol className={style.steps}>
        {steps.filter((step) => step.shown).map((step) => (
          <li key={step.key}>
            <Link to={step.to} className={style.step}>
              <span className={style.icon}><Icon name={step.icon} size={18} /></span>
              <span className={style.words}><strong>{t(`home:first.${step.key}`)}</strong><span>{t(`home:first.${step.key}_text`)}</span></span>
              <Icon name="right" />
            </Link>
          </li>
        ))}
      </ol>
    </Card>
  )
}
