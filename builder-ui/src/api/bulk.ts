/** Changes of many records at once, with what became of each. */
import { get, post } from './client'
import type { ErrorDetail } from './client'

export type BulkWhat =
  | { set: Record<string, unknown> }
  | { transition: string; reason?: string }
  | { delete: true }
  | { restore: true }

export type BulkWhich =
  | { rows: { id: string; version: number }[] }
  | { all: { view?: string; filter?: unknown; q?: string; deleted?: boolean } }

export interface BulkResult {
  id: string
  title?: string
  result: 'done' | 'refused' | 'skipped' | 'undone' | 'kept'
  code?: string
  message?: string
  details?: ErrorDetail[]
}

export interface Bulk {
  id: string
  entity: string
  status: 'running' | 'done' | 'undoing' | 'undone'
  total: number
  done: number
  refused: number
  skipped: number
  undone: number
  kept: number
  undoable: boolean
  rows: BulkResult[]
  next: number | null
}

export const beginBulk = (entity: string, which: BulkWhich, what: BulkWhat, key: string) =>
  post<Bulk>(`/api/records/${entity}/bulk`, { ...which, ...what }, { headers: { 'Idempotency-Key': key } })
export const readBulk = (id: string, result?: BulkResult['result'], after?: number) =>
  get<Bulk>(`/api/bulk/${id}`, { result, after })
export const undoBulk = (id: string) => post<Bulk>(`/api/bulk/${id}/undo`)
