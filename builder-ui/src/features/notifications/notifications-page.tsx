import { useInfiniteQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { keys } from '@/api/keys'
import { listNotifications } from '@/api/notifications'
import { paths } from '@/model/paths'
import { Button } from '@/ui/button'
import { Card } from '@/ui/card'
import { Empty } from '@/ui/empty'
import { Failure } from '@/ui/failure'
import { Page } from '@/ui/page'
import { SkeletonRows } from '@/ui/skeleton'
import { NotificationList } from './notification-list'
import { useMarkRead } from './use-notifications'

export default function NotificationsPage() {
  const { t } = useTranslation()
  const mark = useMarkRead()
  const list = useInfiniteQuery({
    queryKey: [...keys.notifications, 'pages'],
    queryFn: ({ pageParam }) => listNotifications(pageParam),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
  })
  const rows = list.data?.pages.flatMap((page) => page.rows) ?? []
  const unread = list.data?.pages[0]?.unread ?? 0
  return (
    <Page
      title={t('shell.notifications')}
      width="narrow"
      actions={<><Link to={paths.preferences}>{t('notifications.preferences')}</Link><Button icon="check" disabled={unread === 0} onClick={() => mark.mutate('all')}>{t('notifications.all_read')}</Button></>}
    >
      {list.error ? <Failure error={list.error} onRetry={() => void list.refetch()} /> : null}
      <Card flush label={t('shell.notifications')}>
        {list.isPending ? <SkeletonRows rows={6} height={60} />
          : rows.length > 0 ? <NotificationList rows={rows} onOpen={(notice) => { if (!notice.read_at) mark.mutate([notice.id]) }} />
            : <Empty icon="bell" title={t('notifications.none')} text={t('notifications.none_text')} />}
      </Card>
      {list.hasNextPage ? <p style={{ textAlign: 'center', marginTop: 12 }}><Button busy={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>{t('action.more')}</Button></p> : null}
    </Page>
  )
}
