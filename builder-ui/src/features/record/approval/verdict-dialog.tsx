// A decision: its reason, for a transfer its receiver, and one last look.
import { useMutation } from '@tanstack/react-query'
import { useId, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { ApiError } from '@/api/client'
import { lookupRecords, type TaskOfRecord } from '@/api/records'
import { decideTask, type Verb } from '@/api/tasks'
import { Combobox, type ComboOption } from '@/fields/widgets/combobox'
import { errorText } from '@/locales/i18n'
import { Button } from '@/ui/button'
import { Dialog } from '@/ui/dialog'
import { Notice } from '@/ui/notice'
import { useFocusWhen } from './use-focus-when'
import style from './approval.module.css'

interface VerdictDialogProps {
  task: TaskOfRecord
  verb: Verb
  title: string
  /** Fields that the task may write and that were changed. */
  fields: Record<string, unknown> | null
  onDone: (verb: Verb) => void
  /** Somebody else was faster: who did what. */
  onTooLate: (error: ApiError) => void
  onRefused: (error: unknown) => void
  onClose: () => void
}

export function VerdictDialog({ task, verb, title, fields, onDone, onTooLate, onRefused, onClose }: VerdictDialogProps) {
  const { t } = useTranslation(['record', 'common'])
  const ids = useId()
  const required = task.reason[verb] === 'required'
  const [reason, setReason] = useState('')
  const [to, setTo] = useState<ComboOption | null>(null)
  const [tried, setTried] = useState(false)
  // Where a reason is asked for one begins with it, else with the act itself.
  const button = useFocusWhen<HTMLButtonElement>(!required && verb !== 'transfer')
  const area = useFocusWhen<HTMLTextAreaElement>(required)
  const lacksReason = required && reason.trim() === ''
  const lacksReceiver = verb === 'transfer' && to === null

  const decide = useMutation({
    mutationFn: () =>
      decideTask(task.id, verb, {
        ...(reason.trim() === '' ? {} : { reason: reason.trim() }),
        ...(to ? { to: to.value } : {}),
        ...(fields && verb !== 'transfer' ? { fields } : {}),
      }),
    onSuccess: () => onDone(verb),
    onError: (error) => {
      if (!(error instanceof ApiError)) return
      if (error.code === 'task_done' || error.status === 404) onTooLate(error)
      else if (error.details.some((detail) => detail.path !== '' && detail.path !== 'reason' && detail.path !== 'to')) onRefused(error)
    },
  })

  const confirm = (): void => {
    setTried(true)
    if (lacksReason) document.getElementById(`${ids}-reason`)?.focus()
    else if (lacksReceiver) document.getElementById(`${ids}-to`)?.focus()
    else decide.mutate()
  }

  return (
    <Dialog
      open
      title={t(`record:approval.ask.${verb}`, { title })}
      width={460}
      onClose={onClose}
      footer={
        <div className={style.foot}>
          <Button onClick={onClose}>{t('record:cancel')}</Button>
          <Button kind={verb === 'reject' ? 'danger' : 'primary'} ref={button} busy={decide.isPending} onClick={confirm}>{t(`record:approval.verb.${verb}`)}</Button>
        </div>
      }
    >
      <div className={style.form}>
        <p className={style.hint}>{t(`record:approval.means.${verb}`)}</p>
        {verb === 'transfer' && (
          <div>
            <label className={style.label} htmlFor={`${ids}-to`}>{t('record:approval.to')}<i aria-hidden="true"> *</i></label>
            <Combobox
              id={`${ids}-to`}
              label={t('record:approval.to')}
              value={to?.value ?? null}
              title={to?.title ?? ''}
              required
              invalid={tried && lacksReceiver}
              load={async (text, signal) => {
                const { rows } = await lookupRecords('user', { q: text, limit: 20 }, signal)
                return rows.map((row) => ({ value: row.id, title: row.title, ...(row.subtitle ? { subtitle: row.subtitle } : {}) }))
              }}
              onChange={(_id, option) => setTo(option)}
            />
            {tried && lacksReceiver && <p className={style.error} role="alert">{t('record:approval.need_receiver')}</p>}
          </div>
        )}
        <div>
          <label className={style.label} htmlFor={`${ids}-reason`}>
            {t(required ? 'record:approval.reason' : 'record:approval.reason_optional')}
            {required && <i aria-hidden="true"> *</i>}
          </label>
          <textarea
            ref={area}
            id={`${ids}-reason`}
            className={style.area}
            value={reason}
            maxLength={2000}
            aria-required={required}
            aria-invalid={tried && lacksReason}
            aria-describedby={tried && lacksReason ? `${ids}-error` : undefined}
            onChange={(event) => setReason(event.target.value)}
          />
          {tried && lacksReason && <p id={`${ids}-error`} className={style.error} role="alert">{t('record:approval.need_reason')}</p>}
        </div>
        {fields && verb !== 'transfer' && <p className={style.hint}>{t('record:approval.with_changes', { count: Object.keys(fields).length })}</p>}
        {decide.isError && <Notice kind="error">{errorText(decide.error, t as never)}</Notice>}
      </div>
    </Dialog>
  )
}
