import { useInfiniteQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { keys } from '@/api/keys'
import { listTasks } from '@/api/tasks'
import { Link } from 'react-router'
import { paths } from '@/model/paths'
import { Button } from '@/ui/button'
import { Card } from '@/ui/card'
import { Page } from '@/ui/page'
import { TaskList } from './task-list'

export default function TasksPage() {
  const { t } = useTranslation()
  const list = useInfiniteQuery({
    queryKey: [...keys.tasks, 'pages'],
    queryFn: ({ pageParam }) => listTasks(pageParam || undefined),
    initialPageParam: '',
    getNextPageParam: (page) => page.next ?? undefined,
    select: (data) => ({ rows: data.pages.flatMap((page) => page.rows) }),
  })
  return (
    <Page title={t('shell.tasks')} width="narrow" actions={<Link to={paths.copies}>{t('home:copies')}</Link>}>
      <Card flush label={t('shell.tasks')}><TaskList query={list} /></Card>
      {list.hasNextPage ? <p style={{ textAlign: 'center', marginTop: 12 }}><Button busy={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>{t('action.more')}</Button></p> : null}
    </Page>
  )
}
