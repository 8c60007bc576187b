import { useInfiniteQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { keys } from '@/api/keys'
import { listMyInstances } from '@/api/tasks'
import { Button } from '@/ui/button'
import { Card } from '@/ui/card'
import { Page } from '@/ui/page'
import { StartedList } from './started-list'

export default function StartedPage() {
  const { t } = useTranslation()
  const list = useInfiniteQuery({
    queryKey: [...keys.instances, 'pages'],
    queryFn: ({ pageParam }) => listMyInstances(pageParam || undefined),
    initialPageParam: '',
    getNextPageParam: (page) => page.next ?? undefined,
    select: (data) => ({ rows: data.pages.flatMap((page) => page.rows) }),
  })
  return (
    <Page title={t('home.started')} width="narrow">
      <Card flush label={t('home.started')}><StartedList query={list} /></Card>
      {list.hasNextPage ? <p style={{ textAlign: 'center', marginTop: 12 }}><Button busy={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>{t('action.more')}</Button></p> : null}
    </Page>
  )
}
