/** What the server read in an uploaded file; kept for a reload of the page, as the server does not tell it twice. */
import type { ImportUpload } from '@/api/imports'

const place = (id: string) => `portolan.upload.${id}`
const files = new Map<string, File>()

export function keepUpload(upload: ImportUpload, file: File): void {
  sessionStorage.setItem(place(upload.id), JSON.stringify(upload))
  files.set(upload.id, file)
}

export function readUpload(id: string): ImportUpload | null {
  try {
    const kept = sessionStorage.getItem(place(id))
    return kept ? (JSON.parse(kept) as ImportUpload) : null
  } catch {
    return null
  }
}

/** The file itself lives as long as the page; another sheet of it needs another reading. */
export const keptFile = (id: string): File | undefined => files.get(id)
