/** Where mail goes out, for administrators. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { keys } from '@/api/keys'
import { changeMail, readMail, testMail, type BouncedAddress, type FirmMail, type MailSettings } from '@/api/mail'
import { formatAgo } from '@/fields/dates'
import { errorText } from '@/locales/i18n'
import { paths } from '@/model/paths'
import { Button } from '@/ui/button'
import { Card } from '@/ui/card'
import { FieldFrame } from '@/ui/field-frame'
import { Notice } from '@/ui/notice'
import { Page } from '@/ui/page'
import { PasswordInput } from '@/ui/password-input'
import { Select } from '@/ui/select'
import { SkeletonRows } from '@/ui/skeleton'
import { TextInput } from '@/ui/text-input'
import { useToast } from '@/ui/toast'
import style from './mail-page.module.css'

const fresh = (): MailSettings => ({ host: '', port: 465, security: 'tls', user: null, from: '', address: window.location.origin })
const usualPort = { tls: 465, starttls: 587, none: 25 }

export default function MailPage() {
  const { t } = useTranslation()
  const mail = useQuery({ queryKey: keys.mail, queryFn: readMail })
  return (
    <Page title={t('shell.mail')} width="narrow">
      {mail.isPending ? <SkeletonRows rows={6} height={48} /> : mail.error ? <Notice kind="error">{errorText(mail.error, t)}</Notice> : <Form mail={mail.data} />}
    </Page>
  )
}

function Form({ mail }: { mail: FirmMail }) {
  const { t } = useTranslation()
  const toast = useToast()
  const client = useQueryClient()
  const [draft, setDraft] = useState(mail.settings ?? fresh())
  const [password, setPassword] = useState('')
  const [busy, setBusy] = useState(false)
  const [told, setTold] = useState<{ kind: 'error' | 'success'; text: string } | null>(null)
  const change = (part: Partial<MailSettings>) => setDraft({ ...draft, ...part })
  const act = async (what: () => Promise<{ kind: 'error' | 'success'; text: string } | null>) => {
    setBusy(true)
    setTold(null)
    try {
      setTold(await what())
    } catch (cause) {
      setTold({ kind: 'error', text: errorText(cause, t) })
    }
    setBusy(false)
  }
  const save = (settings: MailSettings | null) => act(async () => {
    client.setQueryData(keys.mail, await changeMail({ settings, ...(password ? { password } : {}) }))
    setPassword('')
    toast.success(t('mail:saved'))
    return null
  })
  const test = () => act(async () => {
    const answer = await testMail()
    return answer.sent ? { kind: 'success', text: t('mail:test_sent', { email: answer.to }) } : { kind: 'error', text: t('mail:test_failed', { error: answer.error }) }
  })
  const field = (name: 'host' | 'user' | 'from' | 'address', help?: string) => (
    <FieldFrame label={t(`mail:${name === 'from' ? 'sender' : name}`)} {...(help ? { help } : {})} required={name !== 'user'}>
      {({ id, describedBy }) => <TextInput id={id} {...(describedBy ? { describedBy } : {})} value={draft[name] ?? ''} onChange={(value) => change({ [name]: name === 'user' && value === '' ? null : value })} autoComplete="off" />}
    </FieldFrame>
  )
  return (
    <form className={style.form} onSubmit={(event) => { event.preventDefault(); void save(draft) }}>
      {told ? <Notice kind={told.kind}>{told.text}</Notice> : null}
      {mail.settings ? null : <Notice kind="info">{t('mail:not_set')}</Notice>}
      <Card title={t('mail:server')}>
        <div className={style.fields}>
          {field('host')}
          <FieldFrame label={t('mail:security')}>
            {({ id }) => (
              <Select id={id} value={draft.security} onChange={(security) => { if (security) change({ security, port: usualPort[security] }) }} options={(['tls', 'starttls', 'none'] as const).map((value) => ({ value, label: t(`mail:security_${value}`) }))} />
            )}
          </FieldFrame>
          <FieldFrame label={t('mail:port')} required>
            {({ id }) => <TextInput id={id} type="number" inputMode="numeric" value={String(draft.port)} onChange={(value) => change({ port: Number(value) })} />}
          </FieldFrame>
          {field('user', t('mail:user_help'))}
          <FieldFrame label={t('mail:password')} help={mail.has_password ? t('mail:password_kept') : t('mail:password_help')}>
            {({ id, describedBy }) => <PasswordInput id={id} {...(describedBy ? { describedBy } : {})} autoComplete="new-password" value={password} onChange={setPassword} />}
          </FieldFrame>
        </div>
      </Card>
      <Card title={t('mail:letters')}>
        <div className={style.fields}>{field('from', t('mail:from_help'))}{field('address', t('mail:address_help'))}</div>
      </Card>
      {mail.bounced.length > 0 ? <Bounced rows={mail.bounced} /> : null}
      <div className={style.bar}>
        {mail.settings ? <Button kind="danger" disabled={busy} onClick={() => void save(null)}>{t('mail:switch_off')}</Button> : null}
        {mail.settings ? <Button disabled={busy} onClick={() => void test()}>{t('mail:test')}</Button> : null}
        <Button kind="primary" submit busy={busy}>{t('action.save')}</Button>
      </div>
    </form>
  )
}

/** Addresses to which nothing more is sent until somebody corrects them. */
function Bounced({ rows }: { rows: readonly BouncedAddress[] }) {
  const { t, i18n } = useTranslation()
  return (
    <Card title={t('mail:bounced_title')}>
      <p className={style.lead}>{t('mail:bounced_text')}</p>
      <ul className={style.bounced}>
        {rows.map((row) => (
          <li key={row.person}>
            <Link to={paths.record('user', row.person)}>{row.name}</Link>
            <span>{row.address}{row.at ? ` · ${formatAgo(row.at, i18n.language)}` : ''}</span>
            {row.reason ? <small>{row.reason}</small> : null}
          </li>
        ))}
      </ul>
    </Card>
  )
}
