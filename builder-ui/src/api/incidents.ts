import { get, post } from './client'

/** Something that was to happen by itself, was tried to the last, and rests until somebody looks at it. */
export interface Incident {
  id: number
  /** Given back with what is done about it. */
  version: number
  kind: string
  key: string
  due_at: string
  rested_at?: string | null
  attempts: number
  error?: string | null
  payload: unknown
}

export interface Incidents {
  rows: Incident[]
  total: number
  next?: string | null
}

export const listIncidents = (after?: string | null) => get<Incidents>(`/api/incidents${after ? `?after=${encodeURIComponent(after)}` : ''}`)

export function retryIncident(one: Incident, payload?: unknown): Promise<{ total: number }> {
  return post(`/api/incidents/${one.id}/retry`, { version: one.version, ...(payload === undefined ? {} : { payload }) })
}

export function skipIncident(one: Incident, reason: string): Promise<{ total: number }> {
  return post(`/api/incidents/${one.id}/skip`, { version: one.version, reason })
}
