/** Somebody else has set the password: before anything else it is replaced by one that only its person knows. */
import { useState, type FormEvent } from 'react'
import { useTranslation } from 'react-i18next'
import { setCsrf } from '@/api/client'
import { changePassword, signOut } from '@/api/session'
import { errorText } from '@/locales/i18n'
import type { Session } from '@/model/session'
import { Button } from '@/ui/button'
import { useDocumentTitle } from '@/ui/document-title'
import { FieldFrame } from '@/ui/field-frame'
import { Notice } from '@/ui/notice'
import { TextInput } from '@/ui/text-input'
import { WelcomeFrame } from '@/ui/welcome-frame'
import { LanguageSwitch } from './language-switch'
import style from './sign-in-page.module.css'

export default function NewPasswordPage({ session, onDone, onLeave }: { session: Session; onDone: (session: Session) => void; onLeave: () => void }) {
  const { t } = useTranslation()
  const [old, setOld] = useState('')
  const [fresh, setFresh] = useState('')
  const [again, setAgain] = useState('')
  const [error, setError] = useState<string | null>(null)
  const [busy, setBusy] = useState(false)
  const differs = again !== '' && again !== fresh
  useDocumentTitle(t('sign_in:choose.title'))
  setCsrf(session.csrf)

  const submit = async (event: FormEvent) => {
    event.preventDefault()
    if (fresh.length < 8) return setError(t('password.short'))
    if (fresh !== again) return setError(t('password.differs'))
    setBusy(true)
    setError(null)
    try {
      onDone(await changePassword(old, fresh))
    } catch (cause) {
      setError(errorText(cause, t))
      setBusy(false)
    }
    return undefined
  }
  const leave = () => void signOut().finally(onLeave)

  return (
    <WelcomeFrame claim={t('sign_in:claim')} text={t('sign_in:claim_text')} aside={<LanguageSwitch />}>
      <div className={style.plain}>
        <h1 className={style.title}>{t('sign_in:choose.title')}</h1>
        <p>{t('sign_in:choose.text', { name: session.user.name })}</p>
        {error ? <Notice kind="error">{error}</Notice> : null}
        <form onSubmit={(event) => void submit(event)} className={style.form} noValidate>
          <input type="hidden" autoComplete="username" value={session.user.email} readOnly />
          <FieldFrame label={t('sign_in:choose.given')}>
            {({ id }) => <TextInput id={id} type="password" autoComplete="current-password" size="large" value={old} onChange={setOld} autoFocus />}
          </FieldFrame>
          <FieldFrame label={t('password.new')} help={t('password.rule')}>
            {({ id, describedBy }) => <TextInput id={id} describedBy={describedBy} type="password" autoComplete="new-password" size="large" value={fresh} onChange={setFresh} />}
          </FieldFrame>
          <FieldFrame label={t('password.again')} error={differs ? t('password.differs') : null}>
            {({ id, describedBy }) => <TextInput id={id} describedBy={describedBy} type="password" autoComplete="new-password" size="large" value={again} onChange={setAgain} invalid={differs} />}
          </FieldFrame>
          <Button kind="primary" size="large" submit wide busy={busy}>{t('sign_in:choose.go_on')}</Button>
          <Button kind="quiet" wide onClick={leave}>{t('user.sign_out')}</Button>
        </form>
      </div>
    </WelcomeFrame>
  )
}
