/** Everything that waits for the reader; several can be decided at once. */
import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { keys } from '@/api/keys'
import { listTasks, type BatchVerb, type Task } from '@/api/tasks'
import { TaskList } from '@/features/home/task-list'
import { paths } from '@/model/paths'
import { Button } from '@/ui/button'
import { Card } from '@/ui/card'
import { Checkbox } from '@/ui/checkbox'
import { Page } from '@/ui/page'
import { Select } from '@/ui/select'
import { BatchDialog } from './batch-dialog'
import style from './batch.module.css'

/** So many are decided at once at most. */
const MOST = 100

export default function TasksPage() {
  const { t } = useTranslation()
  const client = useQueryClient()
  const [chosen, setChosen] = useState<ReadonlySet<string> | null>(null)
  const [verb, setVerb] = useState<BatchVerb | null>(null)
  const [order, setOrder] = useState<'newest' | 'due'>('newest')
  const list = useInfiniteQuery({
    queryKey: [...keys.tasks, 'pages', order],
    queryFn: ({ pageParam }) => listTasks(pageParam || undefined, 50, order === 'due' ? 'due' : undefined),
    initialPageParam: '',
    getNextPageParam: (page) => page.next ?? undefined,
    select: (data) => ({ rows: data.pages.flatMap((page) => page.rows) }),
  })
  const open = (list.data?.rows ?? []).filter((task) => task.kind !== 'consult').slice(0, MOST)
  // What somebody else has decided meanwhile is not asked for.
  const still = open.filter((task) => chosen?.has(task.id))
  const choose = (task: Task, on: boolean) => {
    const next = new Set(chosen)
    if (on) next.add(task.id)
    else next.delete(task.id)
    setChosen(next)
  }
  const refresh = () => {
    for (const key of [keys.tasks, keys.taskCount]) void client.invalidateQueries({ queryKey: key })
  }
  return (
    <Page
      title={t('shell.tasks')}
      width="narrow"
      actions={
        <>
          {open.length > 1 || chosen ? <Button icon="done" onClick={() => setChosen(chosen ? null : new Set())}>{t(chosen ? 'batch:done' : 'batch:choose')}</Button> : null}
          <Select width="auto" label={t('home:order')} value={order} onChange={(value) => setOrder(value ?? 'newest')} options={[{ value: 'newest', label: t('home:order_newest') }, { value: 'due', label: t('home:order_due') }]} />
          <Link to={paths.copies}>{t('home:copies')}</Link>
        </>
      }
    >
      {chosen ? <p className={style.hint}>{t('batch:hint')}</p> : null}
      <Card flush label={t('shell.tasks')}>
        {chosen && open.length > 0 ? <div className={style.all}><Checkbox checked={still.length === open.length} onChange={(on) => setChosen(new Set(on ? open.map((task) => task.id) : []))}>{t('batch:all')}</Checkbox></div> : null}
        <TaskList query={list} choosing={chosen ? { chosen, onChoose: choose, label: (task) => t('batch:select', { title: task.title }) } : undefined} />
      </Card>
      {list.hasNextPage ? <p style={{ textAlign: 'center', marginTop: 12 }}><Button busy={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>{t('action.more')}</Button></p> : null}
      {chosen && still.length > 0 ? (
        <div className={style.bar} role="group" aria-label={t('batch:choose')}>
          <span aria-live="polite">{t('batch:chosen', { count: still.length })}</span>
          <Button kind="danger" onClick={() => setVerb('reject')}>{t('batch:reject')}</Button>
          <Button kind="primary" onClick={() => setVerb('approve')}>{t('batch:approve')}</Button>
        </div>
      ) : null}
      {verb ? <BatchDialog verb={verb} tasks={still} onDecided={refresh} onClose={() => { setVerb(null); setChosen(null) }} /> : null}
    </Page>
  )
}
