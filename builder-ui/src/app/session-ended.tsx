/** The session ran out while one worked: sign in again on top of the page, which stays as it is underneath. */
import { useQueryClient } from '@tanstack/react-query'
import { useState, type FormEvent } from 'react'
import { useTranslation } from 'react-i18next'
import { setCsrf } from '@/api/client'
import { keys } from '@/api/keys'
import { signIn } from '@/api/session'
import { errorText } from '@/locales/i18n'
import type { Session } from '@/model/session'
import { Button } from '@/ui/button'
import { Dialog } from '@/ui/dialog'
import { FieldFrame } from '@/ui/field-frame'
import { Notice } from '@/ui/notice'
import { PasswordInput } from '@/ui/password-input'

export function SessionEnded({ session, onBack }: { session: Session; onBack: () => void }) {
  const { t } = useTranslation()
  const client = useQueryClient()
  const [password, setPassword] = useState('')
  const [error, setError] = useState<string | null>(null)
  const [busy, setBusy] = useState(false)

  const submit = async (event: FormEvent) => {
    event.preventDefault()
    setBusy(true)
    setError(null)
    try {
      const fresh = await signIn(session.user.email, password)
      setCsrf(fresh.csrf)
      client.setQueryData(keys.session, fresh)
      onBack()
      void client.invalidateQueries({ predicate: (query) => query.queryKey[0] !== 'session' })
    } catch (cause) {
      setError(errorText(cause, t))
    } finally {
      setBusy(false)
    }
  }

  return (
    <Dialog open title={t('session.ended')} onClose={() => {}} width={400} closable={false}>
      <form onSubmit={(event) => void submit(event)} style={{ display: 'grid', gap: 14 }}>
        <p>{t('session.ended_text', { name: session.user.name })}</p>
        {error ? <Notice kind="error">{error}</Notice> : null}
        <FieldFrame label={t('session.password')}>
          {({ id }) => <PasswordInput id={id} autoComplete="current-password" value={password} onChange={setPassword} autoFocus />}
        </FieldFrame>
        <div style={{ display: 'flex', gap: 8, justifyContent: 'flex-end' }}>
          <Button kind="quiet" onClick={() => window.location.reload()}>{t('session.other_person')}</Button>
          <Button kind="primary" submit busy={busy}>{t('session.sign_in')}</Button>
        </div>
      </form>
    </Dialog>
  )
}
