/** Asks why, before an administrator steps in; what else is needed stands above. */
import { useState, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { useMutation } from '@tanstack/react-query'
import { errorText } from '@/locales/i18n'
import { Button } from '@/ui/button'
import { Dialog } from '@/ui/dialog'
import { FieldFrame } from '@/ui/field-frame'
import { Notice } from '@/ui/notice'
import { useToast } from '@/ui/toast'
import style from './reason-dialog.module.css'

interface ReasonDialogProps {
  title: string
  text: string
  action: string
  danger?: boolean
  /** Whether all else that is needed is there. */
  ready?: boolean
  children?: ReactNode
  run: (reason: string) => Promise<unknown>
  done: string
  onClose: () => void
  onDone: () => void
}

export function ReasonDialog({ title, text, action, danger = false, ready = true, children, run, done, onClose, onDone }: ReasonDialogProps) {
  const { t } = useTranslation('workflows')
  const toast = useToast()
  const [reason, setReason] = useState('')
  const act = useMutation({ mutationFn: () => run(reason.trim()), onSuccess: () => { toast.success(done); onDone(); onClose() } })
  return (
    <Dialog
      open
      title={title}
      onClose={onClose}
      footer={[
        <Button key="no" onClick={onClose}>{t('common:action.cancel')}</Button>,
        <Button key="yes" kind={danger ? 'danger' : 'primary'} busy={act.isPending} disabled={!ready || reason.trim() === ''} onClick={() => act.mutate()}>{action}</Button>,
      ]}
    >
      <div className={style.form}>
        <p className={style.text}>{text}</p>
        {children}
        <FieldFrame label={t('operate.reason')} required help={t('operate.reason_help')}>
          {({ id, describedBy }) => <textarea id={id} aria-describedby={describedBy} className={style.area} rows={3} maxLength={2000} value={reason} onChange={(event) => setReason(event.target.value)} autoFocus />}
        </FieldFrame>
        {act.isError ? <Notice kind="error">{errorText(act.error, t as never)}</Notice> : null}
      </div>
    </Dialog>
  )
}
