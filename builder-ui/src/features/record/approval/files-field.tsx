// Files that come with a decision: sent as they are chosen.
import { useId, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { sendFile, useFile } from '@/api/files'
import { errorText } from '@/locales/i18n'
import { Button } from '@/ui/button'
import { Icon } from '@/ui/icon'
import style from './approval.module.css'

interface FilesFieldProps {
  label: string
  required: boolean
  missing: boolean
  value: string[]
  onChange: (files: string[]) => void
  onSending: (sending: boolean) => void
}

export function FilesField({ label, required, missing, value, onChange, onSending }: FilesFieldProps) {
  const { t } = useTranslation('record')
  const id = useId()
  const chooser = useRef<HTMLInputElement>(null)
  const [failure, setFailure] = useState<unknown>(null)
  const [busy, setBusy] = useState(false)
  const take = async (files: File[]) => {
    setFailure(null)
    setBusy(true)
    onSending(true)
    try {
      const sent = await Promise.all(files.map((file) => sendFile(file, () => {}).done))
      onChange([...value, ...sent.map((file) => file.id)])
    } catch (error) {
      setFailure(error)
    } finally {
      setBusy(false)
      onSending(false)
    }
  }
  return (
    <div>
      <label className={style.label} htmlFor={id}>{label}{required && <i aria-hidden="true"> *</i>}</label>
      {value.length > 0 && <ul className={style.chosen}>{value.map((file) => <Sent key={file} id={file} onRemove={() => onChange(value.filter((one) => one !== file))} />)}</ul>}
      {/* What a browser draws for files speaks the browser's language. */}
      <input ref={chooser} id={id} type="file" multiple className="visually-hidden" tabIndex={-1} disabled={busy} aria-invalid={missing || undefined}
        onChange={(event) => { const files = [...(event.target.files ?? [])]; event.target.value = ''; if (files.length) void take(files) }} />
      <Button icon="upload" disabled={busy} onClick={() => chooser.current?.click()}>{t('approval.add_file')}</Button>
      {busy && <p className={style.hint} role="status">{t('approval.sending')}</p>}
      {missing && <p className={style.error} role="alert">{t('approval.need_file')}</p>}
      {failure !== null && <p className={style.error} role="alert">{errorText(failure, t as never)}</p>}
    </div>
  )
}

function Sent({ id, onRemove }: { id: string; onRemove: () => void }) {
  const { t } = useTranslation('record')
  const name = useFile(id)?.name ?? ''
  return <li>{name}<button type="button" aria-label={t('approval.take_off', { name })} onClick={onRemove}><Icon name="close" size={12} /></button></li>
}
