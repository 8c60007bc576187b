// A picture in large, with those beside it. Arrows go on, Escape closes.
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { downloadAddress, fileAddress, type FileInfo } from '@/model/files'
import { Button } from '@/ui/button'
import { Dialog } from '@/ui/dialog'

interface LightboxProps {
  files: readonly FileInfo[]
  /** The picture that is shown first. */
  first: string
  onClose: () => void
}

export function Lightbox({ files, first, onClose }: LightboxProps) {
  const { t } = useTranslation('fields')
  const [at, setAt] = useState(() => Math.max(0, files.findIndex((file) => file.id === first)))
  const file = files[at]
  const go = (by: number): void => setAt((at + by + files.length) % files.length)
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.key === 'ArrowRight') go(1)
      else if (event.key === 'ArrowLeft') go(-1)
    }
    window.addEventListener('keydown', onKey)
    return () => window.removeEventListener('keydown', onKey)
  })
  if (!file) return null
  return (
    <Dialog open title={file.name} width="min(1120px, calc(100vw - 32px))" onClose={onClose}>
      {/* A grid around it would take the keys for itself. */}
      <div className="pf-lightbox" role="presentation" onKeyDown={(event) => event.stopPropagation()}>
        <img key={file.id} src={fileAddress(file.id)} alt={file.name} />
        <footer>
          {files.length > 1 && (
            <>
              <Button icon="left" label={t('file.previous')} onClick={() => go(-1)} />
              <span aria-live="polite">{t('file.of', { at: at + 1, count: files.length })}</span>
              <Button icon="right" label={t('file.next')} onClick={() => go(1)} />
            </>
          )}
          <Button icon="download" href={downloadAddress(file.id)} download={file.name} className="pf-lightbox-save">{t('file.download_short')}</Button>
        </footer>
      </div>
    </Dialog>
  )
}
