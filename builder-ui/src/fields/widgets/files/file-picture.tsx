// What a file looks like in small: the picture that it is, or the drawing of its kind.
import { useState } from 'react'
import { endingOf, type FileInfo, isPicture, kindOfFile, thumbnailAddress, fileAddress } from '@/model/files'
import { Icon, type IconName } from '@/ui/icon'

const drawings: Record<ReturnType<typeof kindOfFile>, IconName> = {
  picture: 'picture', paper: 'document', text: 'document', sheet: 'spreadsheet', slides: 'slides', archive: 'archive', film: 'film', other: 'file',
}

/** A file of this size is shown itself where there is no smaller picture of it. */
const SMALL_ENOUGH = 400_000

function sourceOf(file: FileInfo, side: 'cell' | 'form'): string | null {
  if (file.gone) return null
  if (file.thumbnail) return thumbnailAddress(file.id, side)
  return isPicture(file) && file.size <= SMALL_ENOUGH ? fileAddress(file.id) : null
}

export function FilePicture({ file, side }: { file: FileInfo | undefined; side: 'cell' | 'form' }) {
  const [broken, setBroken] = useState(false)
  const source = file && !broken ? sourceOf(file, side) : null
  if (source) return <img className="pf-thumb" src={source} alt="" loading="lazy" decoding="async" draggable={false} onError={() => setBroken(true)} />
  const kind = file ? kindOfFile(file) : 'other'
  return (
    <span className={`pf-kind pf-kind-${kind}`} aria-hidden="true">
      <Icon name={drawings[kind]} size={side === 'cell' ? 16 : 20} />
      {side === 'form' && file && endingOf(file.name) && <i>{endingOf(file.name).slice(0, 4)}</i>}
    </span>
  )
}
