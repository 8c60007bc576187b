import { useQuery } from '@tanstack/react-query'
import { useState, type FormEvent } from 'react'
import { useTranslation } from 'react-i18next'
import { setCsrf } from '@/api/client'
import { changeLanguage, readDemo, signIn } from '@/api/session'
import { codeOf, errorText } from '@/locales/i18n'
import type { Session } from '@/model/session'
import { Button } from '@/ui/button'
import { FieldFrame } from '@/ui/field-frame'
import { Notice } from '@/ui/notice'
import { PasswordInput } from '@/ui/password-input'
import { useDocumentTitle } from '@/ui/document-title'
import { TextInput } from '@/ui/text-input'
import { WelcomeFrame } from '@/ui/welcome-frame'
import { DemoPeople } from './demo-people'
import { LanguageSwitch } from './language-switch'
import style from './sign-in-page.module.css'

export default function SignInPage({ onDone }: { onDone: (session: Session) => void }) {
  const { t, i18n } = useTranslation()
  const [email, setEmail] = useState('')
  const [password, setPassword] = useState('')
  const [error, setError] = useState<string | null>(null)
  const [busy, setBusy] = useState<string | null>(null)
  const [chosen, setChosen] = useState(false)
  const demo = useQuery({ queryKey: ['demo', i18n.language], queryFn: readDemo, retry: false, staleTime: Infinity, placeholderData: (before) => before })
  useDocumentTitle(t('sign_in:title'))

  const enter = async (who: string, secret: string) => {
    setBusy(who)
    setError(null)
    try {
      const session = await signIn(who, secret)
      setCsrf(session.csrf)
      // Who has just chosen a language here wants it inside as well.
      const language = codeOf(i18n.language)
      const wanted = chosen && session.language !== language && !session.must_change_password
      onDone(wanted ? await changeLanguage(language) : session)
    } catch (cause) {
      setError(errorText(cause, t))
      setBusy(null)
    }
  }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (!email || !password) setError(t('sign_in:both'))
    else void enter(email.trim(), password)
  }

  return (
    <WelcomeFrame claim={t('sign_in:claim')} text={t('sign_in:claim_text')} aside={<LanguageSwitch onChange={() => setChosen(true)} />}>
      <div className={demo.data ? style.demo : style.plain}>
        <h1 className={style.title}>{t('sign_in:title')}</h1>
        {error ? <Notice kind="error">{error}</Notice> : null}
        {demo.data ? <DemoPeople people={demo.data.people} busy={busy} onChoose={(person) => void enter(person.email, demo.data.password)} /> : null}
        {demo.data ? <p className={style.or}>{t('sign_in:or')}</p> : null}
        <form onSubmit={submit} className={style.form} noValidate>
          <FieldFrame label={t('sign_in:email')}>
            {({ id }) => <TextInput id={id} type="email" inputMode="email" autoComplete="username" size="large" value={email} onChange={setEmail} autoFocus={demo.isError} />}
          </FieldFrame>
          <FieldFrame label={t('session.password')}>
            {({ id }) => <PasswordInput id={id} autoComplete="current-password" size="large" value={password} onChange={setPassword} />}
          </FieldFrame>
          <Button kind="primary" size="large" submit wide busy={busy !== null && busy === email.trim()}>{t('session.sign_in')}</Button>
        </form>
      </div>
    </WelcomeFrame>
  )
}
