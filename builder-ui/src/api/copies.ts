/** What others sent the reader to look at. */
import { get, post } from './client'

export interface Copy {
  instance: string
  entity: string
  record: string
  title: string
  by_name?: string | null
  at: string
  read_at?: string | null
  label: string
  status: string
  outcome?: string | null
}

export const listCopies = (after?: string) => get<{ rows: Copy[]; next: string | null }>('/api/copies', { after })
export const readCopy = (instance: string) => post<unknown>(`/api/copies/${encodeURIComponent(instance)}/read`)
