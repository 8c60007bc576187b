/** The very first page of a new installation: five answers, then one is inside. */
import { useState, type FormEvent } from 'react'
import { useTranslation } from 'react-i18next'
import { ApiError } from '@/api/client'
import { firstRun, type FirstRun } from '@/api/session'
import { LanguageSwitch } from '@/features/sign-in/language-switch'
import { codeOf, errorText } from '@/locales/i18n'
import type { Session } from '@/model/session'
import { Button } from '@/ui/button'
import { FieldFrame } from '@/ui/field-frame'
import { Notice } from '@/ui/notice'
import { PasswordInput } from '@/ui/password-input'
import { useDocumentTitle } from '@/ui/document-title'
import { TextInput } from '@/ui/text-input'
import { WelcomeFrame } from '@/ui/welcome-frame'
import { ChoiceCards } from './choice-cards'
import { checkAnswers, type Mistakes } from './check-answers'
import style from './first-run-page.module.css'

export default function FirstRunPage({ onDone }: { onDone: (session: Session) => void }) {
  const { t, i18n } = useTranslation('first_run')
  const [company, setCompany] = useState('')
  const [preset, setPreset] = useState<FirstRun['preset']>('trade')
  const [data, setData] = useState<FirstRun['data']>('demo')
  const [name, setName] = useState('')
  const [email, setEmail] = useState('')
  const [password, setPassword] = useState('')
  const [mistakes, setMistakes] = useState<Mistakes>({})
  const [error, setError] = useState<string | null>(null)
  const [busy, setBusy] = useState(false)
  useDocumentTitle(t('title'))

  const submit = async (event: FormEvent) => {
    event.preventDefault()
    const answers: FirstRun = { language: codeOf(i18n.language), company: company.trim(), preset, data: preset === 'trade' ? data : 'empty', admin: { name: name.trim(), email: email.trim(), password } }
    const found = checkAnswers(answers)
    setMistakes(found)
    setError(null)
    if (Object.keys(found).length > 0) {
      // The first place to mend takes the focus, once it is drawn as such.
      const form = event.currentTarget as HTMLFormElement
      requestAnimationFrame(() => form.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus())
      return
    }
    setBusy(true)
    try {
      onDone(await firstRun(answers))
    } catch (cause) {
      const details = cause instanceof ApiError ? cause.details : []
      setMistakes(Object.fromEntries(details.map((detail) => [detail.path.replace('admin.', ''), detail.message])))
      setError(errorText(cause, t))
      setBusy(false)
    }
  }
  const said = (key: keyof Mistakes) => (mistakes[key] ? t(`mistake.${mistakes[key]}`, { defaultValue: mistakes[key] }) : null)

  return (
    <WelcomeFrame claim={t('claim')} text={t('claim_text')} aside={<LanguageSwitch />}>
      <form onSubmit={(event) => void submit(event)} noValidate className={style.form}>
        <header>
          <h1 className={style.title}>{t('title')}</h1>
          <p className={style.lead}>{t('lead')}</p>
        </header>
        {error ? <Notice kind="error">{error}</Notice> : null}
        <FieldFrame label={t('company')} error={said('company')} required>
          {({ id, describedBy }) => <TextInput id={id} describedBy={describedBy} invalid={Boolean(mistakes.company)} size="large" autoComplete="organization" value={company} onChange={setCompany} autoFocus />}
        </FieldFrame>
        <ChoiceCards
          label={t('preset')}
          name="preset"
          value={preset}
          onChange={setPreset}
          choices={[
            { value: 'trade', label: t('preset_trade'), text: t('preset_trade_text'), icon: 'ship' },
            { value: 'blank', label: t('preset_blank'), text: t('preset_blank_text'), icon: 'document' },
          ]}
        />
        {preset === 'trade' ? (
          <ChoiceCards
            label={t('data')}
            name="data"
            value={data}
            onChange={setData}
            choices={[
              { value: 'demo', label: t('data_demo'), text: t('data_demo_text'), icon: 'people' },
              { value: 'empty', label: t('data_empty'), text: t('data_empty_text'), icon: 'box' },
            ]}
          />
        ) : null}
        <fieldset className={style.admin}>
          <legend className={style.legend}>{t('admin')}</legend>
          <p className={style.lead}>{t('admin_text')}</p>
          <div className={style.columns}>
            <FieldFrame label={t('admin_name')} error={said('name')} required>
              {({ id, describedBy }) => <TextInput id={id} describedBy={describedBy} invalid={Boolean(mistakes.name)} autoComplete="name" value={name} onChange={setName} />}
            </FieldFrame>
            <FieldFrame label={t('admin_email')} error={said('email')} required>
              {({ id, describedBy }) => <TextInput id={id} describedBy={describedBy} invalid={Boolean(mistakes.email)} type="email" autoComplete="email" value={email} onChange={setEmail} />}
            </FieldFrame>
            <FieldFrame label={t('admin_password')} help={t('password_help')} error={said('password')} required>
              {({ id, describedBy }) => <PasswordInput id={id} describedBy={describedBy} invalid={Boolean(mistakes.password)} autoComplete="new-password" value={password} onChange={setPassword} />}
            </FieldFrame>
          </div>
        </fieldset>
        <div><Button kind="primary" size="large" submit busy={busy}>{busy ? t('working') : t('start')}</Button></div>
      </form>
    </WelcomeFrame>
  )
}
