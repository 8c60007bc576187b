/** Files as the server tells of them. What a file is never changes, so what was told once is known for the session. */

export interface FileInfo {
  id: string
  name: string
  size: number
  /** The media type, as the bytes tell it. */
  type: string
  at?: string
  pixels?: [number, number] | null
  /** Whether the server makes a small picture of it. */
  thumbnail: boolean
  /** Nobody had it any more, so its bytes are gone. */
  gone?: boolean
}

const known = new Map<string, FileInfo>()
const listeners = new Set<() => void>()

export function learnFiles(files: Readonly<Record<string, FileInfo>>): void {
  let news = false
  for (const file of Object.values(files)) {
    const before = known.get(file.id)
    if (before && before.gone === file.gone) continue
    known.set(file.id, file)
    news = true
  }
  if (news) for (const listener of listeners) listener()
}

export const knownFile = (id: string): FileInfo | undefined => known.get(id)

/** The files of these names, as text that was copied tells of them; null if one is not known. */
export function filesNamed(text: string): string[] | null {
  const names = text.split(', ').map((name) => name.trim()).filter(Boolean)
  const all = [...known.values()].filter((file) => !file.gone)
  const found = names.map((name) => all.findLast((file) => file.name === name)?.id)
  return found.every((id) => id !== undefined) ? found : null
}

export function onFiles(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

export const fileAddress = (id: string): string => `/api/files/${id}`
export const downloadAddress = (id: string): string => `/api/files/${id}?download=1`
export const thumbnailAddress = (id: string, side: 'cell' | 'form'): string => `/api/files/${id}/thumbnail?side=${side}`

export const PICTURES: readonly string[] = ['image/png', 'image/jpeg', 'image/webp', 'image/gif']

export const isPicture = (file: Pick<FileInfo, 'type'> | undefined): boolean => file !== undefined && PICTURES.includes(file.type)

export type FileKind = 'picture' | 'paper' | 'text' | 'sheet' | 'slides' | 'archive' | 'film' | 'other'

const byEnding: Record<string, FileKind> = {
  pdf: 'paper', doc: 'text', docx: 'text', odt: 'text', txt: 'text', md: 'text', rtf: 'text', wps: 'text',
  xls: 'sheet', xlsx: 'sheet', csv: 'sheet', ods: 'sheet', et: 'sheet', ppt: 'slides', pptx: 'slides', odp: 'slides',
  zip: 'archive', rar: 'archive', '7z': 'archive', gz: 'archive', tar: 'archive', mp4: 'film', mov: 'film', avi: 'film',
}

/** What sort of thing it is, for its drawing: by its bytes where these are telling, else by its name. */
export function kindOfFile({ type, name }: Pick<FileInfo, 'type' | 'name'>): FileKind {
  if (type.startsWith('image/')) return 'picture'
  if (type === 'application/pdf') return 'paper'
  if (type.startsWith('video/')) return 'film'
  return byEnding[endingOf(name)] ?? (type === 'application/zip' ? 'archive' : type === 'text/plain' ? 'text' : 'other')
}

export function endingOf(name: string): string {
  const dot = name.lastIndexOf('.')
  return dot > 0 ? name.slice(dot + 1).toLowerCase() : ''
}

/** `1.2 MB`, as people read sizes. */
export function sizeText(bytes: number, language: string): string {
  const steps = ['B', 'KB', 'MB', 'GB']
  let value = bytes
  let step = 0
  while (value >= 1000 && step < steps.length - 1) {
    value /= 1024
    step += 1
  }
  const digits = step === 0 || value >= 100 ? 0 : 1
  return `${new Intl.NumberFormat(language, { maximumFractionDigits: digits }).format(value)} ${steps[step]}`
}

/** The files of a value. */
export function filesOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : []
}
