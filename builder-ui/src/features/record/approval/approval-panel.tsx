// The panel of whoever has to decide: what it is about at a glance, and the verbs. On a phone the verbs stay at the thumb.
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { ApiError } from '@/api/client'
import { keys } from '@/api/keys'
import type { TaskOfRecord } from '@/api/records'
import { listTasks, type Verb } from '@/api/tasks'
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
  onDecided: () => void
  onRefused: (error: unknown) => void
}

const ORDER: Verb[] = ['approve', 'reject', 'return', 'transfer']

export function ApprovalPanel({ task, onDecided, onRefused }: ApprovalPanelProps) {
  const { t } = useTranslation('record')
  const { form, entity, language } = useForm()
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
            {summary.data.summary.map((row) => [<dt key={`${row.label}-label`}>{row.label}</dt>, <dd key={row.label}>{row.value ?? '–'}</dd>])}
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
            setTooLate(whoWasFaster(error, t as never, language))
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

/** "Zhang Wei approved it at 10:32": from what the server tells beside its message, else the message. */
export function whoWasFaster(error: ApiError, t: (key: string, values?: Record<string, unknown>) => string, language: string): string {
  const told = { ...error.details[0]?.values, ...error.body } as Record<string, unknown>
  const name = told.by_name ?? told.name
  const outcome = told.outcome
  if (typeof name === 'string' && typeof outcome === 'string') {
    return t('approval.too_late', {
      name,
      what: t(`approval.decided.${outcome}`, { defaultValue: outcome }),
      when: typeof told.at === 'string' ? formatAgo(told.at, language) : '',
    })
  }
  return error.message || t('approval.too_late_unknown')
}
