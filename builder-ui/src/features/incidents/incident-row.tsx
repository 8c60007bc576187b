import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { retryIncident, skipIncident, type Incident } from '@/api/incidents'
import { keys } from '@/api/keys'
import { errorText } from '@/locales/i18n'
import { formatAgo } from '@/model/format'
import { Button } from '@/ui/button'
import { Dialog } from '@/ui/dialog'
import { FieldFrame } from '@/ui/field-frame'
import { Notice } from '@/ui/notice'
import { TextInput } from '@/ui/text-input'
import { useToast } from '@/ui/toast'
import style from './incidents-page.module.css'

export function IncidentRow({ incident }: { incident: Incident }) {
  const { t, i18n } = useTranslation()
  const [doing, setDoing] = useState<'mend' | 'skip' | null>(null)
  const { act, busy, error } = useAct(() => setDoing(null))
  const kind = t(`work.${incident.kind}`, { defaultValue: incident.kind })
  return (
    <li className={style.row}>
      <div className={style.what}>
        <p className={style.head}><strong>{kind}</strong><span className={style.key}>{incident.key}</span></p>
        <p className={style.error}>{incident.error ?? '–'}</p>
        <p className={style.meta}>
          {[incident.rested_at ? formatAgo(incident.rested_at, i18n.language) : null, t('incidents:tried', { count: incident.attempts })].filter(Boolean).join(' · ')}
        </p>
        {error && !doing ? <Notice kind="error">{error}</Notice> : null}
      </div>
      <div className={style.acts}>
        <Button kind="primary" busy={busy && !doing} onClick={() => void act(() => retryIncident(incident), t('incidents:retried'))}>{t('incidents:retry')}</Button>
        <Button onClick={() => setDoing('mend')}>{t('incidents:mend')}</Button>
        <Button kind="danger" onClick={() => setDoing('skip')}>{t('incidents:skip')}</Button>
      </div>
      {doing === 'mend' ? <Mend incident={incident} busy={busy} error={error} onClose={() => setDoing(null)} onDone={(payload) => act(() => retryIncident(incident, payload), t('incidents:retried'))} /> : null}
      {doing === 'skip' ? <Skip busy={busy} error={error} onClose={() => setDoing(null)} onDone={(reason) => act(() => skipIncident(incident, reason), t('incidents:skipped'))} /> : null}
    </li>
  )
}

function useAct(done: () => void) {
  const { t } = useTranslation()
  const toast = useToast()
  const client = useQueryClient()
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<string | null>(null)
  const act = async (what: () => Promise<unknown>, told: string) => {
    setBusy(true)
    setError(null)
    try {
      await what()
      toast.success(told)
      done()
    } catch (cause) {
      setError(errorText(cause, t))
    }
    setBusy(false)
    // Also where it was refused: somebody else has looked after it then.
    void client.invalidateQueries({ queryKey: keys.incidents })
  }
  return { act, busy, error }
}

interface DialogProps {
  busy: boolean
  error: string | null
  onClose: () => void
}

function Mend({ incident, busy, error, onClose, onDone }: DialogProps & { incident: Incident; onDone: (payload: unknown) => Promise<void> }) {
  const { t } = useTranslation()
  const [text, setText] = useState(JSON.stringify(incident.payload, null, 2))
  const payload = parsed(text)
  return (
    <Dialog
      open
      title={t('incidents:mend')}
      onClose={onClose}
      footer={[
        <Button key="no" onClick={onClose}>{t('action.cancel')}</Button>,
        <Button key="yes" kind="primary" busy={busy} disabled={!payload} onClick={() => { if (payload) void onDone(payload.value) }}>{t('incidents:retry')}</Button>,
      ]}
    >
      {error ? <Notice kind="error">{error}</Notice> : null}
      <FieldFrame label={t('incidents:payload')} help={t('incidents:payload_help')} error={payload ? null : t('incidents:no_json')}>
        {({ id, describedBy }) => (
          <textarea id={id} aria-describedby={describedBy} className={style.payload} rows={8} spellCheck={false} value={text} onChange={(event) => setText(event.target.value)} />
        )}
      </FieldFrame>
    </Dialog>
  )
}

function parsed(text: string): { value: unknown } | null {
  try {
    return { value: JSON.parse(text) as unknown }
  } catch {
    return null
  }
}

function Skip({ busy, error, onClose, onDone }: DialogProps & { onDone: (reason: string) => Promise<void> }) {
  const { t } = useTranslation()
  const [reason, setReason] = useState('')
  return (
    <Dialog
      open
      title={t('incidents:skip_title')}
      onClose={onClose}
      footer={[
        <Button key="no" onClick={onClose}>{t('action.cancel')}</Button>,
        <Button key="yes" kind="danger" busy={busy} disabled={reason.trim() === ''} onClick={() => void onDone(reason.trim())}>{t('incidents:skip')}</Button>,
      ]}
    >
      {error ? <Notice kind="error">{error}</Notice> : null}
      <p className={style.lead}>{t('incidents:skip_text')}</p>
      <FieldFrame label={t('incidents:reason')} required>
        {({ id, describedBy }) => <TextInput id={id} {...(describedBy ? { describedBy } : {})} value={reason} onChange={setReason} autoFocus required />}
      </FieldFrame>
    </Dialog>
  )
}
