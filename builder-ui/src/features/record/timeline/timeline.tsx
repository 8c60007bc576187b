// What happened to the record, newest first: changes, decisions, comments; narrowed by kind, person, field and day.
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query'
import { lazy, Suspense, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { keys } from '@/api/keys'
import { readTimeline, type TimelineQuery } from '@/api/records'
import type { Titles } from '@/model/record'
import { Button } from '@/ui/button'
import { Card } from '@/ui/card'
import { Empty } from '@/ui/empty'
import { Notice } from '@/ui/notice'
import { Popover } from '@/ui/popover'
import { SkeletonRows } from '@/ui/skeleton'
import { CommentBox } from './comment-box'
import { TimelineEntry } from './timeline-entry'
import style from './timeline.module.css'

// Seldom opened; the history itself is on every record.
const TimelineFilter = lazy(() => import('./timeline-filter'))
const VersionDialog = lazy(() => import('./version-dialog'))

const KINDS = ['changes', 'comments', 'approvals', 'files'] as const

export function Timeline({ entity, id }: { entity: string; id: string }) {
  const { t } = useTranslation('record')
  const [query, setQuery] = useState<TimelineQuery>({})
  const [filtering, setFiltering] = useState(false)
  const [version, setVersion] = useState<number | null>(null)
  const pages = useInfiniteQuery({
    queryKey: [...keys.timeline(entity, id), query],
    queryFn: ({ pageParam }) => readTimeline(entity, id, query, pageParam),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
    placeholderData: keepPreviousData,
  })
  const items = pages.data?.pages.flatMap((page) => page.items) ?? []
  const titles: Titles = Object.assign({}, ...(pages.data?.pages ?? []).map((page) => (page as { titles?: Titles }).titles))
  const narrowed = [query.by, query.field, query.from, query.to].filter(Boolean).length
  return (
    <Card
      title={t('timeline.title')}
      aside={(
        <Popover open={filtering} onOpenChange={setFiltering} placement="bottomRight" content={<Suspense fallback={<div className={style.filter} />}><TimelineFilter query={query} onChange={setQuery} /></Suspense>}>
          <Button icon="filter" kind="quiet" size="small" expanded={filtering} label={t('history:filter.open')}>{narrowed > 0 ? String(narrowed) : undefined}</Button>
        </Popover>
      )}
      flush
    >
      <CommentBox entity={entity} id={id} />
      <div className={style.kinds} role="group" aria-label={t('history:filter.kinds')}>
        {KINDS.map((kind) => {
          const chosen = (query.kind ?? '').split(',').filter(Boolean)
          const on = chosen.includes(kind)
          const next = on ? chosen.filter((one) => one !== kind) : [...chosen, kind]
          const { kind: _kind, ...rest } = query
          return (
            <button key={kind} type="button" className={style.kind} aria-pressed={on} onClick={() => setQuery(next.length > 0 ? { ...rest, kind: next.join(',') } : rest)}>
              {t(`history:kind.${kind}`)}
            </button>
          )
        })}
      </div>
      {pages.isPending && <div className={style.wait}><SkeletonRows rows={3} height={44} /></div>}
      {pages.isError && (
        <div className={style.wait}>
          <Notice kind="error" action={<Button size="small" onClick={() => void pages.refetch()}>{t('retry')}</Button>}>{t('timeline.failed')}</Notice>
        </div>
      )}
      {pages.data && items.length === 0 && !pages.hasNextPage && Object.keys(query).length > 0 && (
        <Empty compact icon="history" title={t('history:filter.nothing')} text={t('history:filter.nothing_text')}>
          <Button size="small" onClick={() => setQuery({})}>{t('history:filter.clear')}</Button>
        </Empty>
      )}
      {items.length > 0 && (
        <ol className={style.list} aria-label={t('timeline.title')}>
          {items.map((item, index) => <TimelineEntry key={`${item.at}-${item.kind}-${String(item.id ?? index)}`} item={item} titles={titles} onVersion={setVersion} />)}
        </ol>
      )}
      {pages.hasNextPage && (
        <div className={style.more}>
          <Button kind="quiet" size="small" busy={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>{t('timeline.more')}</Button>
        </div>
      )}
      {version !== null && <Suspense fallback={null}><VersionDialog version={version} id={id} onClose={() => setVersion(null)} /></Suspense>}
    </Card>
  )
}
