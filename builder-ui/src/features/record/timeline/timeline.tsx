// What happened to the record, newest first: changes, decisions, comments.
import { useInfiniteQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { keys } from '@/api/keys'
import { readTimeline } from '@/api/records'
import type { Titles } from '@/model/record'
import { Button } from '@/ui/button'
import { Card } from '@/ui/card'
import { Notice } from '@/ui/notice'
import { SkeletonRows } from '@/ui/skeleton'
import { CommentBox } from './comment-box'
import { TimelineEntry } from './timeline-entry'
import style from './timeline.module.css'

export function Timeline({ entity, id }: { entity: string; id: string }) {
  const { t } = useTranslation('record')
  const pages = useInfiniteQuery({
    queryKey: keys.timeline(entity, id),
    queryFn: ({ pageParam }) => readTimeline(entity, id, pageParam),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
  })
  const items = pages.data?.pages.flatMap((page) => page.items) ?? []
  const titles: Titles = Object.assign({}, ...(pages.data?.pages ?? []).map((page) => (page as { titles?: Titles }).titles))
  return (
    <Card title={t('timeline.title')} flush>
      <CommentBox entity={entity} id={id} />
      {pages.isPending && <div className={style.wait}><SkeletonRows rows={3} height={44} /></div>}
      {pages.isError && (
        <div className={style.wait}>
          <Notice kind="error" action={<Button size="small" onClick={() => void pages.refetch()}>{t('retry')}</Button>}>{t('timeline.failed')}</Notice>
        </div>
      )}
      {items.length > 0 && (
        <ol className={style.list} aria-label={t('timeline.title')}>
          {items.map((item, index) => <TimelineEntry key={`${item.at}-${item.kind}-${String(item.id ?? index)}`} item={item} titles={titles} />)}
        </ol>
      )}
      {pages.hasNextPage && (
        <div className={style.more}>
          <Button kind="quiet" size="small" busy={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>{t('timeline.more')}</Button>
        </div>
      )}
    </Card>
  )
}
