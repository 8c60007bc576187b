/** Who has a record open for changing: told by the stream of events, said by each tab under its stream's name. */
import { create } from 'zustand'
import { post } from './client'

export interface Editor {
  id: string
  name: string
  since: string
}

export interface Editors {
  entity: string
  id: string
  editors: Editor[]
}

interface Presence {
  /** What this tab's stream is called; null while it is not connected. */
  stream: string | null
  /** What was told last. */
  told: Editors | null
}

export const usePresence = create<Presence>(() => ({ stream: null, told: null }))

/** Says what this tab shows; the answer tells who else is changing it. */
export const notePresence = (stream: string, record: { entity: string; id: string } | null, editing: boolean) =>
  post<Partial<Editors>>('/api/presence', { stream, record, editing })
