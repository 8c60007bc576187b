// The panel of whoever has to decide: what it is about at a glance, and the verbs. On a phone the verbs stay at the thumb.
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import type { ApiError } from '@/api/client'
import { keys } from '@/api/keys'
import type { TaskOfRecord } from '@/api/records'
import { decideTask, figureText, listTasks, readInstance } from '@/api/tasks'
import { formatAgo } from '@/fields/dates'
import { paths } from '@/model/paths'
import { Button } from '@/ui/button'
import { Icon } from '@/ui/icon'
import { MenuButton } from '@/ui/menu-button'
import { Notice } from '@/ui/notice'
import { useToast } from '@/ui/toast'
import { phone, useMedia } from '@/ui/use-media'
import { useForm, useFormState } from '../form-context'
import { buildPatch } from '../model/patch'
import { VerdictDialog } from './verdict-dialog'
import { choices, opened, verbIcons, wordOf, type Choice } from './verbs'
import style from './approval.module.css'

interface ApprovalPanelProps {
  task: TaskOfRecord
  /** The workflow that the task belongs to. */
  instance: string | null
  onDecided: () => void
  onRefused: (error: unknown) => void
}

export function ApprovalPanel({ task, instance, onDecided, onRefused }: ApprovalPanelProps) {
  const { t } = useTranslation('record')
  const context = useForm()
  const { form, entity, language } = context
  const client = useQueryClient()
  const toast = useToast()
  const small = useMedia(phone)
  const [choice, setChoice] = useState<Choice | null>(null)
  const [tooLate, setTooLate] = useState<string | null>(null)
  const title = useFormState((state) => state.base.number ?? state.base.title ?? entity.label)
  // The inbox has the summary already, or will have it for the next look.
  const summary = useQuery({
    queryKey: [...keys.tasks, 'of', task.id],
    queryFn: () => listTasks(),
    select: (page) => page.rows.find((row) => row.id === task.id),
  })
  const { deciding, beside } = choices(task)

  /** What was changed of the fields that an act opens: those of the task, and of an outcome its own. */
  const written = (by: Choice): Record<string, unknown> | null => {
    const { base, values, edited } = form.store.getState()
    const patch = buildPatch(entity, base, values, edited) ?? {}
    const open = new Set(opened(task, by))
    const mine = Object.entries(patch).filter(([name]) => open.has(name))
    return mine.length > 0 ? Object.fromEntries(mine) : null
  }

  const refresh = (): void => {
    setChoice(null)
    void client.invalidateQueries({ queryKey: keys.tasks })
    void client.invalidateQueries({ queryKey: keys.taskCount })
    onDecided()
  }

  if (tooLate !== null) {
    return <Notice kind="info" action={<Button size="small" onClick={refresh}>{t('approval.show_now')}</Button>}>{tooLate}</Notice>
  }

  /** Taking a task out of a common pile, or putting it back, needs no words. */
  const begin = (next: Choice): void => {
    if (next.verb !== 'claim' && next.verb !== 'release') return setChoice(next)
    decideTask(task.id, next.verb).then(refresh, onRefused)
  }
  const mayWrite = [...new Set(opened(task, { verb: 'approve' }))]
  const named = ({ verb, outcome }: Choice) => outcome?.label ?? t(`approval.verb.${wordOf(task, verb)}`)
  const keyOf = ({ verb, outcome }: Choice) => (outcome ? `outcome-${outcome.name}` : verb)
  const kindOf = ({ verb }: Choice, at: number) => (at === 0 && verb !== 'reject' ? 'primary' as const : verb === 'reject' ? 'danger' as const : 'default' as const)
  const entries = (of: Choice[]) => of.map((one) => ({ key: keyOf(one), label: named(one), ...(verbIcons[one.verb] ? { icon: verbIcons[one.verb] } : {}), onSelect: () => begin(one) }))
  const [first, second, ...rest] = deciding
  const inMenu = [...rest, ...beside]
  // One that would stand alone in a menu stands beside the others.
  const [shown, hidden] = beside.length === 1 ? [[...deciding, ...beside], []] : [deciding, beside]
  return (
    <section className={style.panel} aria-label={t('approval.title')}>
      <header className={style.panelHead}>
        <h2><Icon name="shield" />{t(task.kind === 'consult' ? 'approval.consult_title' : task.form ? 'approval.form_title' : 'approval.title')}</h2>
        <p>
          {summary.data
            ? t(task.form ? 'approval.form_asked_by' : 'approval.asked_by', { name: summary.data.initiator_name, node: task.label, ago: formatAgo(summary.data.created_at, language) })
            : task.form ? task.label : t('approval.as', { node: task.label })}
          {instance !== null && <> <Link to={paths.workflow(instance, task.node)}>{t('approval.why')}</Link></>}
        </p>
      </header>
      <div className={style.panelBody}>
        {summary.data?.summary && summary.data.summary.length > 0 && (
          <dl className={style.summary}>
            {summary.data.summary.map((row) => [<dt key={`${row.label}-label`}>{row.label}</dt>, <dd key={row.label}>{figureText(row, entity, language)}</dd>])}
          </dl>
        )}
        {task.delegated_by && <p className={style.hint}>{t('approval.delegated_by', { name: task.delegated_by.name })}</p>}
        {task.pool && <p className={style.hint}>{t(task.pool.claimed ? 'approval.pool_claimed' : 'approval.pool', { name: task.pool.name })}</p>}
        {task.kind === 'consult' && task.question ? <blockquote className={style.question}>{task.by ? `${task.by.name}: ` : ''}{task.question}</blockquote> : null}
        {(task.people?.length ?? 0) > 1 && <p className={style.hint}>{t('approval.beside_you', { names: task.people?.map((one) => one.name).join(t('approval.comma')) })}</p>}
        {mayWrite.length > 0 && <p className={style.hint}>{t(task.form ? 'approval.fill_in' : 'approval.may_write', { fields: mayWrite.map((name) => entity.fields[name]?.label ?? name).join(t('approval.comma')) })}</p>}
        {!small && (
          <div className={style.verbs}>
            {shown.map((one, at) => <Button key={keyOf(one)} kind={kindOf(one, at)} onClick={() => begin(one)}>{named(one)}</Button>)}
            {hidden.length > 0 && <MenuButton entries={entries(hidden)}><Button icon="more">{t('approval.more')}</Button></MenuButton>}
          </div>
        )}
      </div>
      {small && (
        <div className={style.bar}>
          {inMenu.length > 0 && (
            <MenuButton placement="topLeft" entries={entries(inMenu)}>
              <Button icon="more" label={t('approval.more')} className={style.small ?? ''} />
            </MenuButton>
          )}
          {second && <Button kind={kindOf(second, 1)} onClick={() => begin(second)}>{named(second)}</Button>}
          {first && <Button kind={kindOf(first, 0)} onClick={() => begin(first)}>{named(first)}</Button>}
        </div>
      )}
      {choice !== null && (
        <VerdictDialog
          task={task}
          choice={choice}
          title={title}
          entity={entity}
          written={() => written(choice)}
          onDone={(done) => {
            toast.success(t(`approval.done.${wordOf(task, done.verb)}`, { title, outcome: done.outcome?.label ?? '' }))
            refresh()
          }}
          onTooLate={(error) => {
            setChoice(null)
            void whoWasFaster(error, task, instance, t as never, language).then(setTooLate)
          }}
          onRefused={(error) => {
            setChoice(null)
            onRefused(error)
          }}
          onClose={() => setChoice(null)}
        />
      )}
    </section>
  )
}

/** "Zhang Wei was faster: approved 2 minutes ago": from what stands in the instance now, else the server's message. */
export async function whoWasFaster(
  error: ApiError,
  task: Pick<TaskOfRecord, 'node'>,
  instance: string | null,
  t: (key: string, values?: Record<string, unknown>) => string,
  language: string,
): Promise<string> {
  try {
    const now = instance === null ? null : await readInstance(instance)
    const visit = now?.nodes.findLast((node) => node.node === task.node)
    const person = visit?.people.filter((one) => one.at && ['approved', 'rejected', 'returned', 'transferred'].includes(one.decision ?? '')).at(-1)
    if (person?.at) {
      return t('approval.too_late', {
        name: person.name,
        what: t(`approval.decided.${person.decision}`, { defaultValue: person.decision ?? '' }),
        when: formatAgo(person.at, language),
      })
    }
  } catch {
    // Then the server's own words must do.
  }
  return error.message || t('approval.too_late_unknown')
}
