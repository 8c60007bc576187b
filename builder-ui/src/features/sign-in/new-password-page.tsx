/** Somebody else has set the password: before anything else it is replaced by one that only its person knows. */
import { useTranslation } from 'react-i18next'
import { setCsrf } from '@/api/client'
import { signOut } from '@/api/session'
import type { Session } from '@/model/session'
import { Button } from '@/ui/button'
import { useDocumentTitle } from '@/ui/document-title'
import { WelcomeFrame } from '@/ui/welcome-frame'
import { LanguageSwitch } from './language-switch'
import { NewPasswordFields, useNewPassword } from './new-password'
import style from './sign-in-page.module.css'

export default function NewPasswordPage({ session, onDone, onLeave }: { session: Session; onDone: (session: Session) => void; onLeave: () => void }) {
  const { t } = useTranslation()
  const form = useNewPassword(onDone)
  useDocumentTitle(t('sign_in:choose.title'))
  setCsrf(session.csrf)
  const leave = () => void signOut().finally(onLeave)

  return (
    <WelcomeFrame claim={t('sign_in:claim')} text={t('sign_in:claim_text')} aside={<LanguageSwitch />}>
      <div className={style.plain}>
        <h1 className={style.title}>{t('sign_in:choose.title')}</h1>
        <p>{t('sign_in:choose.text', { name: session.user.name })}</p>
        <form onSubmit={form.submit} className={style.form} noValidate>
          <input type="hidden" autoComplete="username" value={session.user.email} readOnly />
          <NewPasswordFields form={form} oldLabel={t('sign_in:choose.given')} size="large" />
          <Button kind="primary" size="large" submit wide busy={form.busy}>{t('sign_in:choose.go_on')}</Button>
          <Button kind="quiet" wide onClick={leave}>{t('user.sign_out')}</Button>
        </form>
      </div>
    </WelcomeFrame>
  )
}
