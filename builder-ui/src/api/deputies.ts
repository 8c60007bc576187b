/** Who decides in whose absence. */
import { del, get, post } from './client'

export interface Deputy {
  id: string
  person: string
  person_name: string
  deputy: string
  deputy_name: string
  from: string
  to: string
  /** Only for these; for all if there are none. */
  workflows: string[]
  reason?: string | null
  set_by_name?: string | null
  ended_at?: string | null
  active: boolean
  /** The entity of the record that it follows; it ends by that alone. */
  entity?: string | null
  /** That record, where the reader may see it. */
  record?: string
  title?: string
}

export const listDeputies = () => get<{ rows: Deputy[] }>('/api/deputies')
export const setDeputy = (deputy: { deputy: string; from: string; to: string; reason?: string }) => post<Deputy>('/api/deputies', deputy)
export const endDeputy = (id: string) => del<unknown>(`/api/deputies/${encodeURIComponent(id)}`)
