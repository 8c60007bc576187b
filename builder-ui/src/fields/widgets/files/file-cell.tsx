// Files where there is room for a line only: in lists and grids.
import './files.css'
import { useTranslation } from 'react-i18next'
import { useFile } from '@/api/files'
import { filesOf, knownFile } from '@/model/files'
import { Icon } from '@/ui/icon'
import { FilePicture } from './file-picture'

export function FileCell({ value, pictures }: { value: unknown; pictures: boolean }) {
  const { t } = useTranslation('fields')
  const ids = filesOf(value)
  const [first] = ids
  const file = useFile(first ?? '')
  if (first === undefined) return null
  const names = ids.map((id) => knownFile(id)?.name ?? '').filter(Boolean).join('\n')
  if (pictures) {
    return (
      <span className="pf-file-cell" title={names}>
        <FilePicture file={file} side="cell" />
        {ids.length > 1 ? <small>{`+${ids.length - 1}`}</small> : null}
        <span className="visually-hidden">{t('file.count', { count: ids.length })}</span>
      </span>
    )
  }
  return (
    <span className="pf-file-cell" title={names}>
      <Icon name="attachment" size={14} />
      {ids.length === 1 ? <span className="pf-file-name">{file?.name ?? '…'}</span> : <span>{t('file.count', { count: ids.length })}</span>}
    </span>
  )
}
