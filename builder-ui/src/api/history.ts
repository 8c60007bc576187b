/** What was and who saw: versions of a record, the trash, the audit, and why somebody sees something. */
import type { FileInfo } from '@/model/files'
import type { PortolanRecord, Titles } from '@/model/record'
import type { Session } from '@/model/session'
import { del, get, post, url } from './client'
import type { RecordAnswer } from './records'

export interface RecordChange {
  path: string
  old: unknown
  new: unknown
}

export interface VersionAnswer {
  version: number
  now: number
  record: PortolanRecord
  /** From now to then: what restoring would change. */
  differences: RecordChange[]
  /** Values are missing because they were erased. */
  erased: boolean
  titles: Titles
  files: Record<string, FileInfo>
}

const version = (entity: string, id: string, number: number) => `/api/records/${entity}/${id}/versions/${number}`
export const readVersion = (entity: string, id: string, number: number) => get<VersionAnswer>(version(entity, id, number))
export const restoreVersion = (entity: string, id: string, number: number, body: { version: number; fields?: string[] }) =>
  post<RecordAnswer>(`${version(entity, id, number)}/restore`, body)

/** A condition of a role's scope, and whether it holds. */
export interface Because {
  kind: 'constant' | 'all' | 'any' | 'not' | 'lines' | 'value'
  holds: boolean
  parts?: Because[]
  label?: string
  operator?: string
  wanted?: unknown[]
  /** Missing where the reader may not see it. */
  actual?: unknown
}

export interface RoleExplained {
  role: string
  label: string
  scope: 'nothing' | 'own' | 'department' | 'subtree' | 'all' | 'filter'
  shows_row: boolean
  because: Because | null
  field: { reason: 'shown' | 'hidden_by_role' | 'not_among' | 'reads_hidden' | 'no_rows'; roles?: string[] } | null
}

export interface Explained {
  user: string
  name: string
  active: boolean
  title: string | null
  shows_row: boolean
  shows_field: boolean | null
  field: string | null
  roles: RoleExplained[]
  tasks: { node: string; label: string }[]
  titles: Titles
}

export const explain = (entity: string, id: string, user: string, field?: string) =>
  get<Explained>(`/api/records/${entity}/${id}/explain`, { user, field })

export interface Trash {
  entities: { entity: string; label: string; count: number; exact: boolean }[]
  /** Days until what lies there is destroyed; null if it stays. */
  days: number | null
  may_empty: boolean
}

export interface Purging {
  lines: number
  comments: number
  files: number
  history: number
  referring: { entity: string; label: string; id: string; title?: string | null }[]
  is_person: boolean
}

export const readTrash = () => get<Trash>('/api/trash')
export const readPurging = (entity: string, id: string) => get<Purging>(`/api/trash/${entity}/${id}`)
export const purge = (entity: string, id: string) => del<null>(`/api/trash/${entity}/${id}`)
export const emptyTrash = (entity: string) => del<{ purged: number; kept: number }>('/api/trash', { entity })

export interface AuditRow {
  id: string
  at: string
  kind: string
  user?: string | null
  user_name?: string | null
  detail: Record<string, unknown>
}

export interface AuditQuery {
  kind?: string
  user?: string
  from?: string
  to?: string
}

export const listAudit = (query: AuditQuery, after?: string) =>
  get<{ rows: AuditRow[]; next: string | null }>('/api/audit', { ...query, after })
export const auditFile = (query: AuditQuery) => url('/api/audit.csv', { ...query })

export const viewAs = (user: string) => post<Session>('/api/session/view_as', { user })
export const endView = () => del<Session>('/api/session/view_as')
