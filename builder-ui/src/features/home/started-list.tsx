import type { UseQueryResult } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import type { InstanceRow } from '@/api/tasks'
import type { Color } from '@/model/app'
import { formatAgo, formatSpan } from '@/model/format'
import { paths } from '@/model/paths'
import { Empty } from '@/ui/empty'
import { Failure } from '@/ui/failure'
import { SkeletonRows } from '@/ui/skeleton'
import { Tag } from '@/ui/tag'
import style from './started-list.module.css'

type Query = Pick<UseQueryResult<{ rows: InstanceRow[] }>, 'data' | 'error' | 'isPending' | 'refetch'>

export function StartedList({ query, most }: { query: Query; most?: number }) {
  const { t } = useTranslation()
  if (query.isPending) return <SkeletonRows rows={4} height={58} />
  if (!query.data) return <Failure error={query.error} onRetry={() => void query.refetch()} />
  if (query.data.rows.length === 0) return <Empty compact icon="send" title={t('home:none_started')} text={t('home:none_started_text')} />
  return <ul>{query.data.rows.slice(0, most).map((row) => <StartedRow key={row.id} row={row} />)}</ul>
}

const colors: Record<string, Color> = { approved: 'green', rejected: 'red', withdrawn: 'grey', cancelled: 'grey', returned: 'amber', running: 'blue', suspended: 'amber', failed: 'red' }

function StartedRow({ row }: { row: InstanceRow }) {
  const { t, i18n } = useTranslation()
  const result = row.outcome ?? row.status
  const waiting = row.waiting_for[0]
  return (
    <li className={style.item}>
      <Link to={paths.record(row.entity, row.record)} className={style.link}>
        <span className={style.head}>
          <span className={style.title}>{row.title}</span>
          <Tag color={colors[result] ?? 'grey'}>{row.outcome_label ?? t(`home:result.${result}`, { defaultValue: result })}</Tag>
        </span>
        <span className={style.meta}>
          {waiting
            ? t('home:with', { name: row.waiting_for.map((one) => one.name).join(', '), span: formatSpan(waiting.since, i18n.language) })
            : `${row.label} · ${formatAgo(row.ended_at ?? row.started_at, i18n.language)}`}
        </span>
      </Link>
    </li>
  )
}
