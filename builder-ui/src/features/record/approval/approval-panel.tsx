// The panel of whoever has to decide: what it is about at a glance, and the verbs. On a phone the verbs stay at the thumb.
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { ApiError } from '@/api/client'
import { keys } from '@/api/keys'
import type { TaskOfRecord } from '@/api/records'
import { figureText, listTasks, readInstance, type Verb } from '@/api/tasks'
import { formatAgo } from '@/fields/dates'
import { Button } from '@/ui/button'
import { Icon } from '@/ui/icon'
import { MenuButton } from '@/ui/menu-button'
import { Notice } from '@/ui/notice'
import { useToast } from '@/ui/toast'
import { phone, useMedia } from '@/ui/use-media'
import { useForm, useFormState } from '../form-context'
import { buildPatch } from '../model/patch'
import { VerdictDialog } from './verdict-dialog'
import style from './approval.module.css'

interface ApprovalPanelProps {
  task: TaskOfRecord
  /** The workflow that the task belongs to. */
  instance: string | null
  onDecided: () => void
  onRefused: (error: unknown) => void
}

const ORDER: Verb[] = ['approve', 'reject', 'return', 'transfer']

export function ApprovalPanel({ task, instance, onDecided, onRefused }: ApprovalPanelProps) {
  const { t } = useTranslation('record')
  const context = useForm()
  const { form, entity, language } = context
  const client = useQueryClient()
  const toast = useToast()
  const small = useMedia(phone)
  const [verb, setVerb] = useState<Verb | null>(null)
  const [tooLate, setTooLate] = useState<string | null>(null)
  const title = useFormState((state) => state.base.number ?? state.base.title ?? entity.label)
  // The inbox has the summary already, or will have it for the next look.
  const summary = useQuery({
    queryKey: [...keys.tasks, 'of', task.id],
    queryFn: () => listTasks(),
    select: (page) => page.rows.find((row) => row.id === task.id),
  })
  const verbs = ORDER.filter((one) => task.verbs.includes(one))

  const written = (): Record<string, unknown> | null => {
    const { base, values, edited } = form.store.getState()
    const patch = buildPatch(entity, base, values, edited) ?? {}
    const mine = Object.entries(patch).filter(([name]) => task.write.includes(name))
    return mine.length > 0 ? Object.fromEntries(mine) : null
  }

  const refresh = (): void => {
    setVerb(null)
    void client.invalidateQueries({ queryKey: keys.tasks })
    void client.invalidateQueries({ queryKey: keys.taskCount })
    onDecided()
  }

  if (tooLate !== null) {
    return <Notice kind="info" action={<Button size="small" onClick={refresh}>{t('approval.show_now')}</Button>}>{tooLate}</Notice>
  }

  const [first, ...others] = verbs
  const inBar = others.slice(0, 1)
  const inMenu = others.slice(1)
  return (
    <section className={style.panel} aria-label={t('approval.title')}>
      <header className={style.panelHead}>
        <h2><Icon name="shield" />{t('approval.title')}</h2>
        <p>
          {summary.data
            ? t('approval.asked_by', { name: summary.data.initiator_name, node: task.label, ago: formatAgo(summary.data.created_at, language) })
            : t('approval.as', { node: task.label })}
        </p>
      </header>
      <div className={style.panelBody}>
        {summary.data?.summary && summary.data.summary.length > 0 && (
          <dl className={style.summary}>
            {summary.data.summary.map((row) => [<dt key={`${row.label}-label`}>{row.label}</dt>, <dd key={row.label}>{figureText(row, entity, language)}</dd>])}
          </dl>
        )}
        {task.write.length > 0 && <p className={style.hint}>{t('approval.may_write', { fields: task.write.map((name) => entity.fields[name]?.label ?? name).join(', ') })}</p>}
        {!small && (
          <div className={style.verbs}>
            {verbs.map((one) => (
              <Button key={one} kind={one === 'approve' ? 'primary' : one === 'reject' ? 'danger' : 'default'} onClick={() => setVerb(one)}>{t(`approval.verb.${one}`)}</Button>
            ))}
          </div>
        )}
      </div>
      {small && (
        <div className={style.bar}>
          {inMenu.length > 0 && (
            <MenuButton placement="topLeft" entries={inMenu.map((one) => ({ key: one, label: t(`approval.verb.${one}`), onSelect: () => setVerb(one) }))}>
              <Button icon="more" label={t('approval.more')} className={style.small ?? ''} />
            </MenuButton>
          )}
          {inBar.map((one) => <Button key={one} kind={one === 'reject' ? 'danger' : 'default'} onClick={() => setVerb(one)}>{t(`approval.verb.${one}`)}</Button>)}
          {first && <Button kind={first === 'reject' ? 'danger' : 'primary'} onClick={() => setVerb(first)}>{t(`approval.verb.${first}`)}</Button>}
        </div>
      )}
      {verb !== null && (
        <VerdictDialog
          task={task}
          verb={verb}
          title={title}
          fields={written()}
          onDone={(done) => {
            toast.success(t(`approval.done.${done}`, { title }))
            refresh()
          }}
          onTooLate={(error) => {
            setVerb(null)
            void whoWasFaster(error, task, instance, t as never, language).then(setTooLate)
          }}
          onRefused={(error) => {
            setVerb(null)
            onRefused(error)
          }}
          onClose={() => setVerb(null)}
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
