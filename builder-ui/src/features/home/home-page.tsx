/** Where one lands: what waits for me, what I have started, what I can begin. */
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { useSession } from '@/api/app-context'
import { keys } from '@/api/keys'
import { listMyInstances, listTasks } from '@/api/tasks'
import { formatDay } from '@/model/format'
import { paths } from '@/model/paths'
import { clockAt } from '@/model/zone'
import { Card } from '@/ui/card'
import { Page } from '@/ui/page'
import { FirstSteps } from './first-steps'
import { QuickCreate } from './quick-create'
import { StartedList } from './started-list'
import { TaskList } from './task-list'
import style from './home-page.module.css'

/** The greeting changes with the day. */
export function partOfDay(hour: number): 'morning' | 'afternoon' | 'evening' {
  return hour < 12 ? 'morning' : hour < 18 ? 'afternoon' : 'evening'
}

export default function HomePage() {
  const { t, i18n } = useTranslation()
  const { user } = useSession()
  const tasks = useQuery({ queryKey: [...keys.tasks, 'first'], queryFn: () => listTasks(undefined, 8) })
  const started = useQuery({ queryKey: [...keys.instances, 'mine'], queryFn: () => listMyInstances() })
  const count = tasks.data?.rows.length ?? 0
  const [now] = useState(() => new Date())
  const today = formatDay(now, i18n.language)
  return (
    <Page title={t(`home:${partOfDay(clockAt(now).hour)}`, { name: user.name })} width="wide" beside={<span className={style.today}>{today}</span>}>
      <div className={style.columns}>
        <div className={style.main}>
          <FirstSteps />
          <Card
            flush
            label={t('home:tasks')}
            title={<>{t('home:tasks')}{count > 0 ? <span className={style.count}>{tasks.data?.next ? `${count}+` : count}</span> : null}</>}
            aside={count > 0 ? <Link to={paths.tasks}>{t('home:all_tasks')}</Link> : null}
          >
            <TaskList query={tasks} />
          </Card>
        </div>
        <div className={style.side}>
          <QuickCreate />
          <Card flush title={t('home:started')} aside={(started.data?.rows.length ?? 0) > 0 ? <Link to={paths.started}>{t('home:all_started')}</Link> : null}>
            <StartedList query={started} most={6} />
          </Card>
        </div>
      </div>
    </Page>
  )
}
