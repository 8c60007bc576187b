import type { UseQueryResult } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { useAppModel } from '@/api/app-context'
import { figureText, type Task } from '@/api/tasks'
import { formatAgo, formatSpan } from '@/model/format'
import { isLate } from '@/model/late'
import { paths } from '@/model/paths'
import { Avatar } from '@/ui/avatar'
import { Checkbox } from '@/ui/checkbox'
import { Empty } from '@/ui/empty'
import { Failure } from '@/ui/failure'
import { Icon } from '@/ui/icon'
import { SkeletonRows } from '@/ui/skeleton'
import style from './task-list.module.css'

type Query = Pick<UseQueryResult<{ rows: Task[] }>, 'data' | 'error' | 'isPending' | 'refetch'>

/** Which tasks are chosen, while several are. */
export interface Choosing {
  chosen: ReadonlySet<string>
  onChoose: (task: Task, on: boolean) => void
  /** What choosing one is called. */
  label: (task: Task) => string
}

export function TaskList({ query, choosing }: { query: Query; choosing?: Choosing | undefined }) {
  const { t } = useTranslation()
  if (query.isPending) return <SkeletonRows rows={4} height={76} />
  if (!query.data) return <Failure error={query.error} onRetry={() => void query.refetch()} />
  if (query.data.rows.length === 0) return <Empty icon="done" title={t('home:no_tasks')} text={t('home:no_tasks_text')} />
  return <ul>{query.data.rows.map((task) => <TaskRow key={task.id} task={task} choosing={choosing} />)}</ul>
}

/** How a deadline stands: it says so in words, the colour only helps. */
export function dueState(at: string, now = Date.now()): 'over' | 'soon' | 'later' {
  const left = new Date(at).getTime() - now
  return left <= 0 ? 'over' : left <= 86_400_000 ? 'soon' : 'later'
}

function Due({ at }: { at: string }) {
  const { t, i18n } = useTranslation()
  const state = dueState(at)
  return (
    <span className={style.wait} data-due={state}>
      <Icon name={state === 'over' ? 'warning' : 'clock'} size={13} />
      <time dateTime={at}>{t(state === 'over' ? 'home:overdue' : 'home:due', { when: formatAgo(at, i18n.language) })}</time>
    </span>
  )
}

function TaskRow({ task, choosing }: { task: Task; choosing: Choosing | undefined }) {
  const { t, i18n } = useTranslation()
  const model = useAppModel()
  const late = isLate(task.created_at)
  return (
    <li className={style.item} data-choosing={choosing ? true : undefined}>
      {choosing ? <span className={style.pick}><Checkbox checked={choosing.chosen.has(task.id)} disabled={task.kind === 'consult'} label={choosing.label(task)} onChange={(on) => choosing.onChoose(task, on)} /></span> : null}
      <Link to={paths.record(task.entity, task.record)} className={style.link}>
        <Avatar name={task.initiator_name} size={34} />
        <span className={style.body}>
          <span className={style.head}>
            <span className={style.title}>{task.title}</span>
            {task.due_at ? <Due at={task.due_at} /> : (
              <span className={style.wait} data-late={late || undefined}>
                <Icon name="clock" size={13} />
                <span><span className="visually-hidden">{t('home:waiting')} </span>{formatSpan(task.created_at, i18n.language)}</span>
              </span>
            )}
          </span>
          <span className={style.meta}>
            {t('home:from', { name: task.initiator_name })} · {model.entities[task.entity]?.label ?? task.entity} · {t('home:as', { label: task.label })}
          </span>
          {task.summary && task.summary.length > 0 ? (
            <span className={style.summary}>
              {task.summary.map((one) => (
                <span key={one.field}><span className={style.label}>{one.label}</span> <span className={style.value}>{figureText(one, model.entities[task.entity], i18n.language)}</span></span>
              ))}
            </span>
          ) : null}
        </span>
        <span className={style.go}><Icon name="right" /></span>
      </Link>
    </li>
  )
}
