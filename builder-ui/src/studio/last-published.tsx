/** What was published last, and the way back from it: whoever has just published finds both where they come to. */
import { useQuery } from '@tanstack/react-query'
import { lazy, Suspense, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { keys } from '@/api/keys'
import { planReturn, readVersions, returnTo } from '@/api/publish'
import { formatAgo } from '@/model/format'
import { Button } from '@/ui/button'
import { Card } from '@/ui/card'
import style from './studio-home.module.css'

const PlannedDialog = lazy(() => import('@/features/publish/planned-dialog'))

export function LastPublished() {
  const { t, i18n } = useTranslation('publish')
  const versions = useQuery({ queryKey: keys.versions, queryFn: readVersions })
  const [asking, setAsking] = useState(false)
  const [now, before] = versions.data?.versions ?? []
  if (!now || !before || now.version !== versions.data?.current) return null
  const { version } = before
  return (
    <Card title={t('studio:home.last')} flush>
      <div className={style.row}>
        <span className={style.link}>
          <span className={style.title}>{t('version', { version: now.version })}{now.note ? ` · ${now.note}` : ''}</span>
          <span className={style.about}>{[now.by_name ?? t('by_command'), formatAgo(now.at, i18n.language)].join(' · ')}</span>
        </span>
        <Button size="small" icon="undo" onClick={() => setAsking(true)}>{t('studio:home.take_back')}</Button>
      </div>
      {asking ? (
        <Suspense fallback={null}>
          <PlannedDialog
            what={`return ${version}`} title={t('return.title', { version })} text={t('return.text', { version })} action={t('return.action')} note={t('return.note_default', { version })}
            plan={(choices) => planReturn(version, choices)} publish={(note, choices) => returnTo(version, note, choices)} onClose={() => setAsking(false)}
          />
        </Suspense>
      ) : null}
    </Card>
  )
}
