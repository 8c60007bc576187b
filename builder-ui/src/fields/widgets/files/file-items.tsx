// The files of a field, one under the other or as tiles.
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useFile } from '@/api/files'
import { downloadAddress, type FileInfo, isPicture, knownFile, sizeText } from '@/model/files'
import { Icon } from '@/ui/icon'
import { FileLink } from './file-link'
import { FilePicture } from './file-picture'
import { Lightbox } from './lightbox'

interface FileItemsProps {
  ids: readonly string[]
  /** Pictures as tiles. */
  tiles: boolean
  label: string
  /** Takes a file away; absent where nothing can be changed. */
  onRemove?: ((id: string) => void) | undefined
  /** Puts a file before the others. */
  onFirst?: ((id: string) => void) | undefined
}

export function FileItems({ ids, tiles, label, onRemove, onFirst }: FileItemsProps) {
  const [opened, setOpened] = useState<string | null>(null)
  const pictures = ids.map(knownFile).filter((file): file is FileInfo => isPicture(file) && !file?.gone)
  return (
    <>
      <ul className={tiles ? 'pf-tiles' : 'pf-files'} aria-label={label}>
        {ids.map((id, index) => (
          <Item key={id} id={id} tile={tiles} onOpen={setOpened} onRemove={onRemove} onFirst={index > 0 ? onFirst : undefined} />
        ))}
      </ul>
      {opened !== null && <Lightbox files={pictures} first={opened} onClose={() => setOpened(null)} />}
    </>
  )
}

interface ItemProps {
  id: string
  tile: boolean
  onOpen: (id: string) => void
  onRemove: ((id: string) => void) | undefined
  onFirst: ((id: string) => void) | undefined
}

function Item({ id, tile, onOpen, onRemove, onFirst }: ItemProps) {
  const { t, i18n } = useTranslation('fields')
  const file = useFile(id)
  const name = file?.name || (file ? t('file.gone') : '…')
  const remove = onRemove && (
    <button type="button" className="pf-icon" aria-label={t('file.remove', { name })} title={t('file.remove_short')} onClick={() => onRemove(id)}>
      <Icon name="close" size={14} />
    </button>
  )
  const first = onFirst && tile && (
    <button type="button" className="pf-icon" aria-label={t('file.first', { name })} title={t('file.first_short')} onClick={() => onFirst(id)}>
      <Icon name="star" size={13} />
    </button>
  )
  if (tile) {
    return (
      <li className="pf-tile">
        <FileLink file={file} className="pf-tile-face" onOpen={onOpen} label={name}><FilePicture file={file} side="form" /></FileLink>
        {(first || remove) && <span className="pf-tile-acts">{first}{remove}</span>}
      </li>
    )
  }
  return (
    <li className="pf-file">
      <FileLink file={file} className="pf-file-face" onOpen={onOpen}>
        <FilePicture file={file} side={file?.thumbnail ? 'cell' : 'form'} />
        <span className="pf-file-words">
          <span className="pf-file-name">{name}</span>
          {file && !file.gone && <small>{sizeText(file.size, i18n.language)}</small>}
          {file?.gone && file.name && <small>{t('file.gone')}</small>}
        </span>
      </FileLink>
      {file && !file.gone && (
        <a className="pf-icon" href={downloadAddress(id)} download={file.name} aria-label={t('file.download', { name })} title={t('file.download_short')}>
          <Icon name="download" size={14} />
        </a>
      )}
      {remove}
    </li>
  )
}
