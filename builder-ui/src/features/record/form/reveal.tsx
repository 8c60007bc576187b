// A sensitive value in full, when asked: the server notes that it was shown.
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { revealValue } from '@/api/records'
import { errorText } from '@/locales/i18n'
import { Button } from '@/ui/button'
import style from './form.module.css'

interface RevealProps {
  entity: string
  id: string
  path: string
  label: string
}

export default function Reveal({ entity, id, path, label }: RevealProps) {
  const { t } = useTranslation('record')
  const [shown, setShown] = useState<string | null>(null)
  const [failure, setFailure] = useState<string | null>(null)
  const [busy, setBusy] = useState(false)
  const show = async (): Promise<void> => {
    setBusy(true)
    setFailure(null)
    try {
      setShown(await revealValue(entity, id, path))
    } catch (error) {
      setFailure(errorText(error, t as never))
    } finally {
      setBusy(false)
    }
  }
  return (
    <div className={style.reveal} aria-live="polite">
      {shown === null ? null : <output className={style.revealed} aria-label={label}>{shown}</output>}
      {shown === null ? null : <span className={style.help}>{t('reveal.noted')}</span>}
      {failure ? <p className={style.error} role="alert">{failure}</p> : null}
      <Button kind="quiet" size="small" busy={busy} onClick={() => { if (shown === null) void show(); else setShown(null) }}>
        {t(shown === null ? 'reveal.show' : 'reveal.hide')}
      </Button>
    </div>
  )
}
