/** What the reader gets by mail, and when. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { keys } from '@/api/keys'
import { prefer, readOwnMail, type Digest, type MailPreferences, type OwnMail } from '@/api/mail'
import { errorText } from '@/locales/i18n'
import { paths } from '@/model/paths'
import { Button } from '@/ui/button'
import { Card } from '@/ui/card'
import { Checkbox } from '@/ui/checkbox'
import { FieldFrame } from '@/ui/field-frame'
import { Notice } from '@/ui/notice'
import { Page } from '@/ui/page'
import { Select } from '@/ui/select'
import { SkeletonRows } from '@/ui/skeleton'
import { useToast } from '@/ui/toast'
import style from './preferences-page.module.css'

const kinds = ['task', 'urge', 'consult', 'answer', 'decided', 'returned', 'cc', 'mention', 'notify', 'import'] as const

export default function PreferencesPage() {
  const { t } = useTranslation()
  const own = useQuery({ queryKey: keys.ownMail, queryFn: readOwnMail })
  return (
    <Page title={t('mail:preferences')} width="narrow" above={{ label: t('shell.notifications'), to: paths.notifications }}>
      {own.isPending ? <SkeletonRows rows={5} height={44} /> : own.error ? <Notice kind="error">{errorText(own.error, t)}</Notice> : <Form own={own.data} />}
    </Page>
  )
}

function Form({ own }: { own: OwnMail }) {
  const { t } = useTranslation()
  const toast = useToast()
  const client = useQueryClient()
  const [draft, setDraft] = useState<MailPreferences>(own.preferences)
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<string | null>(null)
  const change = (part: Partial<MailPreferences>) => setDraft({ ...draft, ...part })
  const save = async () => {
    setBusy(true)
    setError(null)
    try {
      client.setQueryData(keys.ownMail, await prefer(draft))
      toast.success(t('mail:saved'))
    } catch (cause) {
      setError(errorText(cause, t))
    }
    setBusy(false)
  }
  return (
    <form className={style.form} onSubmit={(event) => { event.preventDefault(); void save() }}>
      {own.goes_out ? null : <Notice kind="info">{t('mail:none_goes_out')}</Notice>}
      {own.bounced ? <Notice kind="warning">{t('mail:bounced', { email: own.email })}</Notice> : null}
      {error ? <Notice kind="error">{error}</Notice> : null}
      <Card title={t('mail:which')}>
        <p className={style.lead}>{t('mail:which_text', { email: own.email })}</p>
        <ul className={style.kinds}>
          {kinds.map((kind) => (
            <li key={kind}>
              <Checkbox checked={!draft.without.includes(kind)} onChange={(on) => change({ without: on ? draft.without.filter((one) => one !== kind) : [...draft.without, kind] })}>{t(`mail:kind.${kind}`)}</Checkbox>
            </li>
          ))}
        </ul>
      </Card>
      <Card title={t('mail:daily')}><Daily draft={draft} change={change} /></Card>
      <Card title={t('mail:when')}><When draft={draft} change={change} zone={own.zone} /></Card>
      <div className={style.bar}><Button kind="primary" submit busy={busy}>{t('action.save')}</Button></div>
    </form>
  )
}

/** The letter of all that waits. */
function Daily({ draft, change }: { draft: MailPreferences; change: (part: Partial<MailPreferences>) => void }) {
  const { t } = useTranslation()
  return (
    <>
      <p className={style.lead}>{t('mail:daily_text')}</p>
      <div className={style.choice}>
        <Checkbox checked={draft.tasks_at !== null} onChange={(on) => change({ tasks_at: on ? '08:30' : null })}>{t('mail:daily_at')}</Checkbox>
        {draft.tasks_at === null ? null : <input type="time" className={style.time} aria-label={t('mail:time')} required value={draft.tasks_at} onChange={(event) => change({ tasks_at: event.target.value })} />}
      </div>
    </>
  )
}

function When({ draft, change, zone }: { draft: MailPreferences; change: (part: Partial<MailPreferences>) => void; zone: string }) {
  const { t } = useTranslation()
  const daily = typeof draft.digest === 'object' ? draft.digest.daily : null
  const choices: { key: string; digest: Digest }[] = [
    { key: 'at_once', digest: 'at_once' }, { key: 'hourly', digest: 'hourly' }, { key: 'daily', digest: { daily: daily ?? '18:00' } },
  ]
  const chosen = daily === null ? draft.digest : 'daily'
  return (
    <>
      <fieldset className={style.choices}>
        <legend className={style.lead}>{t('mail:digest')}</legend>
        {choices.map(({ key, digest }) => (
          <label key={key} className={style.choice}>
            <input type="radio" name="digest" checked={chosen === key} onChange={() => change({ digest })} />
            {t(`mail:digest_${key}`)}
            {key === 'daily' && daily !== null
              ? <input type="time" className={style.time} aria-label={t('mail:time')} value={daily} required onChange={(event) => change({ digest: { daily: event.target.value } })} />
              : null}
          </label>
        ))}
      </fieldset>
      <Checkbox checked={draft.quiet !== null} onChange={(on) => change({ quiet: on ? { from: '20:00', to: '08:00' } : null })}>{t('mail:quiet')}</Checkbox>
      {draft.quiet
        ? (
          <div className={style.quiet}>
            <label>{t('mail:from')} <input type="time" className={style.time} required value={draft.quiet.from} onChange={(event) => change({ quiet: { from: event.target.value, to: draft.quiet?.to ?? '08:00' } })} /></label>
            <label>{t('mail:to')} <input type="time" className={style.time} required value={draft.quiet.to} onChange={(event) => change({ quiet: { from: draft.quiet?.from ?? '20:00', to: event.target.value } })} /></label>
          </div>
        )
        : null}
      <div className={style.zone}>
        <FieldFrame label={t('mail:zone')}>
          {({ id }) => <Select id={id} searchable clearable placeholder={t('mail:zone_firm', { zone })} value={draft.zone} onChange={(next) => change({ zone: next })} options={Intl.supportedValuesOf('timeZone').map((one) => ({ value: one, label: one }))} />}
        </FieldFrame>
      </div>
    </>
  )
}
