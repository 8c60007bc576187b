/** A publication under way: how far it is, until it is in force or stands still. */
import { useQuery } from '@tanstack/react-query'
import { useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import { keys } from '@/api/keys'
import { readPublication, type Publication } from '@/api/publish'
import { Notice } from '@/ui/notice'
import { Progress } from '@/ui/progress'
import style from './publishing.module.css'

/** It is looked at so often. */
const beat = 1000
const isOver = (job: Publication | undefined) => job !== undefined && job.status !== 'running' && job.status !== 'in_force'

export function Publishing({ job: id, onDone }: { job: string; onDone: (version: number) => void }) {
  const { t } = useTranslation('publish')
  const found = useQuery({ queryKey: keys.publication(id), queryFn: () => readPublication(id), refetchInterval: ({ state }) => (isOver(state.data) ? false : beat) })
  const job = found.data
  const done = job?.status === 'done' ? job.version : null
  useEffect(() => {
    if (done !== null) onDone(done)
  }, [done, onDone])
  if (!job) return <Progress value={0} max={100} label={t('publishing.label')} />
  if (isOver(job) && done === null) return <Notice kind="error">{t(`publishing.${job.status}`, { why: job.message ?? '' })}</Notice>
  return (
    <div className={style.publishing}>
      <p>{t('publishing.text')}</p>
      <Progress value={job.percent} max={100} label={t('publishing.label')} />
      <p className={style.percent}>{t('publishing.percent', { percent: job.percent })}</p>
    </div>
  )
}
