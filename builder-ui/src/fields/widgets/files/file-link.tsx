// A file's name, and what happens when one follows it: pictures open in large, papers in a tab of their own, everything
// else is stored.
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { downloadAddress, fileAddress, type FileInfo, isPicture } from '@/model/files'

interface FileLinkProps {
  file: FileInfo | undefined
  className: string
  /** Opens a picture in large. */
  onOpen: (id: string) => void
  children: ReactNode
  /** Said where the children say nothing. */
  label?: string
}

export function FileLink({ file, className, onOpen, children, label }: FileLinkProps) {
  const { t } = useTranslation('fields')
  if (!file || file.gone) return <span className={className} title={file ? t('file.gone') : undefined}>{children}</span>
  if (isPicture(file)) {
    return <button type="button" className={className} aria-label={label} title={t('file.open', { name: file.name })} onClick={() => onOpen(file.id)}>{children}</button>
  }
  if (file.type === 'application/pdf') {
    return <a className={className} aria-label={label} href={fileAddress(file.id)} target="_blank" rel="noreferrer" title={t('file.open_tab', { name: file.name })}>{children}</a>
  }
  return <a className={className} aria-label={label} href={downloadAddress(file.id)} download={file.name} title={t('file.download', { name: file.name })}>{children}</a>
}
