import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { keys } from '@/api/keys'
import { readPublication, type Publication, type PublicationRow } from '@/api/publish'
import { formatDatetime } from '@/fields/dates'
import type { Color } from '@/model/app'
import { paths } from '@/model/paths'
import { Button } from '@/ui/button'
import { Progress } from '@/ui/progress'
import { Tag } from '@/ui/tag'
import style from './publish-page.module.css'

const colors: Record<Publication['status'], Color> = {
  running: 'blue', in_force: 'blue', done: 'green', refused: 'amber', failed: 'red', cancelled: 'grey',
}

/** A publication with what it does to stored values, how far it is, and which records stand in its way. */
export function PublicationCard({ job, busy, onCancel }: { job: Publication; busy: boolean; onCancel: () => void }) {
  const { t, i18n } = useTranslation('publish')
  const [open, setOpen] = useState(false)
  const number = (value: number) => value.toLocaleString(i18n.language)
  const running = job.status === 'running'
  return (
    <li className={style.job}>
      <div className={style.entry}>
        <div className={style.what}>
          <p><strong>{job.note || t('version', { version: job.version })}</strong> <Tag color={colors[job.status]}>{t(`status.${job.status}`)}</Tag></p>
          <p className={style.note}>{[job.by_name ?? t('by_command'), formatDatetime(job.at, i18n.language)].join(' · ')}</p>
        </div>
        {running ? <Button onClick={onCancel} disabled={busy}>{t('cancel')}</Button> : null}
      </div>
      <ul className={style.parts}>
        {job.parts.map((part) => (
          <li key={part.entity}>
            <p className={style.line}><span>{t('part', { entity: part.entity, fields: [...part.converted, ...part.computed].join(', ') })}</span><span className={style.count}>{t('done', { done: number(part.done), total: number(part.total) })}</span></p>
            {running ? <Progress value={part.done} max={Math.max(part.total, 1)} label={part.entity} /> : null}
          </li>
        ))}
        {job.indexes.map((one) => (
          <li key={`${one.entity} ${one.fields.join()}`} className={style.line}>
            <span>{t(one.unique ? 'unique' : 'index', { entity: one.entity, fields: one.fields.join(', ') })}</span>
            <span className={style.count}>{t(one.finished || job.status === 'done' ? 'made' : 'waits')}</span>
          </li>
        ))}
      </ul>
      {job.message ? <p className={style.message}>{job.message}</p> : null}
      {job.less > 0 ? <p className={style.note}>{t('less', { count: job.less, number: number(job.less) })}</p> : null}
      {job.failed > 0 || job.status === 'refused'
        ? <Button kind="quiet" expanded={open} onClick={() => setOpen(!open)}>{t(open ? 'hide_rows' : 'show_rows')}</Button>
        : null}
      {open ? <Rows id={job.id} /> : null}
    </li>
  )
}

function Rows({ id }: { id: string }) {
  const { t } = useTranslation('publish')
  const found = useQuery({ queryKey: keys.publication(id), queryFn: () => readPublication(id) })
  const rows = found.data?.rows ?? []
  if (found.data && rows.length === 0) return <p className={style.note}>{t('no_rows')}</p>
  return <ul className={style.rows}>{rows.map((row) => <RowLine key={`${row.id} ${row.failed?.field ?? ''}`} row={row} />)}</ul>
}

function RowLine({ row }: { row: PublicationRow }) {
  const { t } = useTranslation('publish')
  return (
    <li>
      <Link to={paths.record(row.entity, row.id)}>{row.title}</Link>
      <span className={style.value}>{row.failed ? `${row.failed.field}: ${String(row.failed.value)}` : t('shared')}</span>
    </li>
  )
}
