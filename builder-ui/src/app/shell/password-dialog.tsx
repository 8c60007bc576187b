import { useQueryClient } from '@tanstack/react-query'
import { useState, type FormEvent } from 'react'
import { useTranslation } from 'react-i18next'
import { setCsrf } from '@/api/client'
import { keys } from '@/api/keys'
import { changePassword } from '@/api/session'
import { errorText } from '@/locales/i18n'
import { Button } from '@/ui/button'
import { Dialog } from '@/ui/dialog'
import { FieldFrame } from '@/ui/field-frame'
import { Notice } from '@/ui/notice'
import { TextInput } from '@/ui/text-input'
import { useToast } from '@/ui/toast'

export function PasswordDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation()
  const toast = useToast()
  const client = useQueryClient()
  const [old, setOld] = useState('')
  const [fresh, setFresh] = useState('')
  const [again, setAgain] = useState('')
  const [error, setError] = useState<string | null>(null)
  const [busy, setBusy] = useState(false)
  const differs = again !== '' && again !== fresh

  const submit = async (event: FormEvent) => {
    event.preventDefault()
    if (fresh.length < 8) return setError(t('password.short'))
    if (fresh !== again) return setError(t('password.differs'))
    setBusy(true)
    try {
      const session = await changePassword(old, fresh)
      if (session?.csrf) {
        setCsrf(session.csrf)
        client.setQueryData(keys.session, session)
      }
      toast.success(t('password.done'))
      onClose()
    } catch (cause) {
      setError(errorText(cause, t))
    } finally {
      setBusy(false)
    }
    return undefined
  }

  return (
    <Dialog open title={t('user.password')} onClose={onClose} width={400}>
      <form onSubmit={(event) => void submit(event)} style={{ display: 'grid', gap: 14 }}>
        {error ? <Notice kind="error">{error}</Notice> : null}
        <FieldFrame label={t('password.old')}>
          {({ id }) => <TextInput id={id} type="password" autoComplete="current-password" value={old} onChange={setOld} autoFocus />}
        </FieldFrame>
        <FieldFrame label={t('password.new')} help={t('password.rule')}>
          {({ id, describedBy }) => <TextInput id={id} describedBy={describedBy} type="password" autoComplete="new-password" value={fresh} onChange={setFresh} />}
        </FieldFrame>
        <FieldFrame label={t('password.again')} error={differs ? t('password.differs') : null}>
          {({ id, describedBy }) => <TextInput id={id} describedBy={describedBy} type="password" autoComplete="new-password" value={again} onChange={setAgain} invalid={differs} />}
        </FieldFrame>
        <div style={{ display: 'flex', gap: 8, justifyContent: 'flex-end' }}>
          <Button onClick={onClose}>{t('action.cancel')}</Button>
          <Button kind="primary" submit busy={busy}>{t('action.save')}</Button>
        </div>
      </form>
    </Dialog>
  )
}
