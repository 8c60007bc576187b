import { useId, useRef, useState, type DragEvent } from 'react'
import { useTranslation } from 'react-i18next'
import { Button } from '@/ui/button'
import { Icon } from '@/ui/icon'
import style from './drop-zone.module.css'

const accepted = '.xlsx,.xls,.ods,.csv,.tsv,.txt'

export function DropZone({ onFile, busy }: { onFile: (file: File) => void; busy: boolean }) {
  const { t } = useTranslation()
  const input = useRef<HTMLInputElement>(null)
  const [over, setOver] = useState(false)
  const id = useId()
  const drop = (event: DragEvent) => {
    event.preventDefault()
    setOver(false)
    const file = event.dataTransfer.files[0]
    if (file && !busy) onFile(file)
  }
  return (
    <div
      className={style.zone}
      data-over={over || undefined}
      onDragOver={(event) => { event.preventDefault(); setOver(true) }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      <span className={style.icon}><Icon name="spreadsheet" size={26} /></span>
      <p className={style.title} id={id}>{busy ? t('import:reading') : t('import:drop')}</p>
      <p className={style.text}>{t('import:drop_text')}</p>
      <Button kind="primary" icon="upload" busy={busy} onClick={() => input.current?.click()}>{t('import:choose')}</Button>
      <input
        ref={input}
        type="file"
        accept={accepted}
        className="visually-hidden"
        tabIndex={-1}
        aria-labelledby={id}
        onChange={(event) => {
          const file = event.target.files?.[0]
          event.target.value = ''
          if (file) onFile(file)
        }}
      />
    </div>
  )
}
