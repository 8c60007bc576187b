/** Choosing another password: the rules, the sending and the three fields, for the dialog and for the first sign-in alike. */
import { useState, type FormEvent } from 'react'
import { useTranslation } from 'react-i18next'
import { changePassword } from '@/api/session'
import { errorText } from '@/locales/i18n'
import type { Session } from '@/model/session'
import { FieldFrame } from '@/ui/field-frame'
import { Notice } from '@/ui/notice'
import { PasswordInput } from '@/ui/password-input'

const SHORTEST = 8

export interface NewPassword {
  old: string
  fresh: string
  again: string
  set: (part: Partial<Record<'old' | 'fresh' | 'again', string>>) => void
  error: string | null
  busy: boolean
  submit: (event: FormEvent) => void
}

export function useNewPassword(onDone: (session: Session) => void): NewPassword {
  const { t } = useTranslation()
  const [typed, setTyped] = useState({ old: '', fresh: '', again: '' })
  const [error, setError] = useState<string | null>(null)
  const [busy, setBusy] = useState(false)
  const send = async () => {
    if (typed.fresh.length < SHORTEST) return setError(t('password.short'))
    if (typed.fresh !== typed.again) return setError(t('password.differs'))
    setBusy(true)
    setError(null)
    try {
      onDone(await changePassword(typed.old, typed.fresh))
    } catch (cause) {
      setError(errorText(cause, t))
      setBusy(false)
    }
    return undefined
  }
  return {
    ...typed,
    set: (part) => setTyped((before) => ({ ...before, ...part })),
    error,
    busy,
    submit: (event) => {
      event.preventDefault()
      void send()
    },
  }
}

/** What is wrong, and the three fields. `oldLabel` says which the present password is. */
export function NewPasswordFields({ form, oldLabel, size }: { form: NewPassword; oldLabel: string; size?: 'large' }) {
  const { t } = useTranslation()
  const differs = form.again !== '' && form.again !== form.fresh
  const shared = size ? { size } : {}
  return (
    <>
      {form.error ? <Notice kind="error">{form.error}</Notice> : null}
      <FieldFrame label={oldLabel}>
        {({ id }) => <PasswordInput id={id} {...shared} autoComplete="current-password" value={form.old} onChange={(old) => form.set({ old })} autoFocus />}
      </FieldFrame>
      <FieldFrame label={t('password.new')} help={t('password.rule')}>
        {({ id, describedBy }) => <PasswordInput id={id} describedBy={describedBy} {...shared} autoComplete="new-password" value={form.fresh} onChange={(fresh) => form.set({ fresh })} />}
      </FieldFrame>
      <FieldFrame label={t('password.again')} error={differs ? t('password.differs') : null}>
        {({ id, describedBy }) => <PasswordInput id={id} describedBy={describedBy} {...shared} autoComplete="new-password" value={form.again} onChange={(again) => form.set({ again })} invalid={differs} />}
      </FieldFrame>
    </>
  )
}
