import { useTranslation } from 'react-i18next'
import { Icon } from '@/ui/icon'
import style from './steps.module.css'

const steps = ['map', 'check', 'run'] as const

export function Steps({ at }: { at: number }) {
  const { t } = useTranslation()
  return (
    <ol className={style.steps} aria-label={t('import:steps')}>
      {steps.map((step, n) => (
        <li key={step} className={style.step} data-state={n < at ? 'past' : n === at ? 'now' : 'next'} aria-current={n === at ? 'step' : undefined}>
          <span className={style.number} aria-hidden>{n < at ? <Icon name="check" size={13} /> : n + 1}</span>
          {t(`import:step.${step}`)}
        </li>
      ))}
    </ol>
  )
}
