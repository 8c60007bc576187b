// Before a record is submitted: who will decide, in which order and why; then the submission itself.
import { useMutation, useQuery } from '@tanstack/react-query'
import { useId, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { ApiError } from '@/api/client'
import { previewTransition, transitionRecord, type RecordAnswer } from '@/api/records'
import { errorText } from '@/locales/i18n'
import { Button } from '@/ui/button'
import { Dialog } from '@/ui/dialog'
import { Icon } from '@/ui/icon'
import { Notice } from '@/ui/notice'
import { SkeletonRows } from '@/ui/skeleton'
import { useForm, useFormState } from '../form-context'
import { previewSteps, Steps } from './steps'
import { useFocusWhen } from './use-focus-when'
import style from './approval.module.css'

interface SubmitDialogProps {
  transition: string
  label: string
  onDone: (answer: RecordAnswer) => void
  onClose: () => void
  /** A refusal with places in the form: the dialog gives way to it. */
  onRefused: (error: unknown) => void
}

export function SubmitDialog({ transition, label, onDone, onClose, onRefused }: SubmitDialogProps) {
  const { t } = useTranslation(['record', 'common'])
  const { entity, language } = useForm()
  const base = useFormState((state) => state.base)
  const id = base.id ?? ''
  const area = useId()
  const [words, setWords] = useState('')
  const [sent, setSent] = useState(false)
  const preview = useQuery({
    queryKey: ['preview', entity.name, id, transition, base.version],
    queryFn: () => previewTransition(entity.name, id, transition),
    gcTime: 0,
    // What would be is told once; after the submission it would be told of another state.
    staleTime: Infinity,
    enabled: !sent,
  })
  const submit = useMutation({
    onMutate: () => setSent(true),
    // The words for the approvers stand in the history with the submission.
    mutationFn: () =>
      transitionRecord(entity.name, id, transition, { version: base.version ?? 1, ...(words.trim() === '' ? {} : { reason: words.trim() }) }),
    onSuccess: onDone,
    onError: (error) => {
      setSent(false)
      if (error instanceof ApiError && (error.details.some((detail) => detail.path !== '') || error.code === 'stale')) onRefused(error)
    },
  })
  const button = useFocusWhen<HTMLButtonElement>(!preview.isPending)
  const steps = previewSteps(preview.data?.nodes ?? [])
  const end = preview.data?.nodes.find((node) => node.kind === 'end')
  const nobody = preview.isSuccess && steps.length === 0
  const stopped = (preview.data as { stopped?: string } | undefined)?.stopped
  return (
    <Dialog
      open
      title={t('record:submit.title', { label, title: base.number || base.title || entity.label })}
      width={520}
      onClose={onClose}
      footer={
        <div className={style.foot}>
          <Button onClick={onClose}>{t('record:cancel')}</Button>
          <Button kind="primary" ref={button} busy={submit.isPending} disabled={preview.isPending} onClick={() => submit.mutate()}>{label}</Button>
        </div>
      }
    >
      <div className={style.form}>
        {preview.isPending && <div role="status"><span className="visually-hidden">{t('record:submit.loading')}</span><SkeletonRows rows={3} height={40} /></div>}
        {preview.isError && <Notice kind={blocks(preview.error) ? 'error' : 'warning'}>{blocks(preview.error) ? errorText(preview.error, t as never) : t('record:submit.no_preview')}</Notice>}
        {stopped && <Notice kind="error">{stopped}</Notice>}
        {preview.data && !stopped && nobody && (
          <Notice kind="info">
            {t('record:submit.nobody')}
            {end?.reason ? ` ${t('record:submit.because', { reason: end.reason })}` : null}
          </Notice>
        )}
        {steps.length > 0 && (
          <>
            <p className={style.hint}>{t('record:submit.intro')}</p>
            <Steps steps={steps} language={language} label={t('record:submit.steps')} />
          </>
        )}
        {/* Words for approvers where there are none would be read by nobody. */}
        {nobody ? null : <div>
          <label className={style.label} htmlFor={area}>{t('record:submit.comment')}</label>
          <textarea id={area} className={style.area} value={words} maxLength={2000} onChange={(event) => setWords(event.target.value)} />
        </div>}
        {submit.isError && <Notice kind="error">{errorText(submit.error, t as never)}</Notice>}
        {preview.data?.outcome && nobody && <p className={style.outcome}><Icon name="done" />{t('record:submit.outcome', { outcome: preview.data.outcome_label ?? t(`record:outcome.${preview.data.outcome}`, { defaultValue: preview.data.outcome }) })}</p>}
      </div>
    </Dialog>
  )
}

/** Whether the preview says that a submission would be refused, and not only that it could not be told. */
function blocks(error: unknown): boolean {
  return error instanceof ApiError && error.status < 500
}
