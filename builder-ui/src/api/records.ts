/** Records of any entity: lists, one record, changes, transitions, timeline. */
import type { Problem, PortolanRecord, Scalar, Titles } from '@/model/record'
import { del, get, idempotencyKey, patch, post, type QueryValue } from './client'

export interface ListQuery {
  view?: string
  /** A filter as JSON. */
  filter?: string
  q?: string
  sort?: string
  columns?: string
  /** Colours of rows with their filters, as JSON. */
  colors?: string
  after?: string
  limit?: number
  deleted?: boolean
}

export interface ListRow {
  id: string
  version: number
  state?: string | null
  title?: string | null
  [column: string]: Scalar | undefined
}

export interface ListPage {
  rows: ListRow[]
  titles: Titles
  next: string | null
  colors?: Record<string, string>
}

export interface LookupRow {
  id: string
  title: string
  subtitle?: string
}

export type Demand = 'required' | 'optional' | 'none'

/** What a verb asks for. */
export interface Asks {
  reason?: Demand
  attachment?: Demand
  signature?: Demand
}

/** Somebody who decides beside the reader. */
export interface FellowSigner {
  id: string
  name: string
  /** `pending`, `approved` …; `{"open": task}` while they decide. */
  state: string | Record<string, unknown>
  added_by_you: boolean
}

/** Whether somebody has not decided yet. */
export const stillDecides = ({ state }: FellowSigner): boolean => state === 'pending' || (typeof state === 'object' && 'open' in state)

export interface TaskOfRecord {
  id: string
  /** `consult`: somebody asks for an opinion. */
  kind?: 'decide' | 'consult'
  node: string
  label: string
  verbs: string[]
  /** Whether it is a form task (办理): something is filled in and completed, nothing approved. */
  form?: boolean
  write: string[]
  /** Fields that must have a value before it can be approved. */
  required?: string[]
  reason: Record<string, Demand>
  asks?: Record<string, Asks>
  /** Ways to decide of the node's own. */
  outcomes?: { name: string; label: string; write: string[]; required: string[]; asks: Asks }[]
  /** Where it can be returned to beside the initiator, and who chooses how it goes on. */
  return?: { nodes: { node: string; label: string }[]; then: 'again' | 'straight_back' | 'choose'; left: number | null } | null
  signer_places?: SignerPlace[]
  people?: FellowSigner[]
  /** A role's common task: whether the reader has taken it. */
  pool?: { name: string; claimed: boolean }
  /** Who asked the reader to work on it, and gets it back. */
  delegated_by?: { id: string; name: string }
  /** The question of a `consult`, and whose it is. */
  question?: string | null
  by?: { id: string; name: string }
}

export type SignerPlace = 'before' | 'after' | 'beside'

/** Who gave the record back, why, and what is to be changed. */
export interface Returned {
  node: string
  by: { id: string; name: string }
  reason?: string | null
  fields: string[]
  then: 'again' | 'straight_back'
}

export interface RecordAnswer {
  record: PortolanRecord
  titles: Titles
  can: { update: boolean; delete: boolean; transitions: string[]; fields: 'all' | string[] }
  instance?: { id: string; workflow: string; status: string; outcome?: string | null; returned?: Returned | null; can_take_back?: string | null; can_urge?: boolean } & Record<string, unknown>
  task?: TaskOfRecord
  /** All tasks of the reader, where there are several: their own, those of their roles, opinions they are asked for. */
  tasks?: TaskOfRecord[]
  warnings?: Problem[]
  /** Of a record in the trash that has become one with another. */
  merged_into?: { id: string; title: string }
}

export interface DraftAnswer {
  record: PortolanRecord
  titles: Titles
  problems: Problem[]
}

/** A line, by its place, a person or a department for which a workflow is called. */
export interface CallItem {
  kind: 'line' | 'person' | 'department'
  id: string
  name: string
}

export interface PreviewNode {
  node: string
  label: string
  kind: string
  mode?: 'any' | 'all' | 'sequence'
  people: { id: string; name: string }[]
  reason?: string
  unknown?: boolean
  note?: string
  /** What it calls. */
  calls?: { workflow: string; title: string; items: CallItem[]; waits: boolean }
  /** The call of which it is. */
  call?: { node: string; item?: CallItem }
  /** Until when its people are to decide. */
  due?: { at?: string; within?: string; then?: string }
  waits?: { until?: string; within?: string; message?: string; condition?: boolean }
}

export interface PreviewAnswer {
  nodes: PreviewNode[]
  outcome?: string | null
  /** As the workflow calls it, where it does. */
  outcome_label?: string | null
}

export interface TimelineItem {
  at: string
  by?: string | null
  by_name?: string | null
  kind: string
  [more: string]: unknown
}

type Fields = Record<string, unknown>
const path = (entity: string, id?: string, rest?: string) =>
  ['/api/records', entity, id, rest].filter((part) => part !== undefined).join('/')

export const listRecords = (entity: string, query: ListQuery, signal?: AbortSignal) =>
  get<ListPage>(path(entity), query as Record<string, QueryValue>, signal)
export const countRecords = (entity: string, query: ListQuery, signal?: AbortSignal) =>
  get<{ count: number; exact: boolean }>(path(entity, 'count'), query as Record<string, QueryValue>, signal)
/** With a form beside it, `doc`, it is sent as a body: the address has no room for one. */
export const lookupRecords = (
  entity: string,
  query: { q?: string; field?: string; limit?: number; doc?: Fields },
  signal?: AbortSignal,
) => {
  const { doc, ...plain } = query
  return doc === undefined
    ? get<{ rows: LookupRow[] }>(path(entity, 'lookup'), plain, signal)
    : post<{ rows: LookupRow[] }>(path(entity, 'lookup'), query, { signal })
}
/** Tags that records of the entity have in a field, those used most first. */
export const usedTags = (entity: string, field: string, q: string, signal?: AbortSignal) =>
  get<{ tags: string[] }>(path(entity, 'tags'), { field, ...(q === '' ? {} : { q }) }, signal).then(({ tags }) => tags)
export const readRecord = (entity: string, id: string) => get<RecordAnswer>(path(entity, id))
export const createRecord = (entity: string, fields: Fields, key = idempotencyKey()) =>
  post<RecordAnswer>(path(entity), fields, { headers: { 'Idempotency-Key': key } })
export const updateRecord = (entity: string, id: string, change: Fields & { version: number }, key = idempotencyKey()) =>
  patch<RecordAnswer>(path(entity, id), change, { headers: { 'Idempotency-Key': key } })
/** What was erased: fields, and fields elsewhere that took a value over once and keep it. */
export interface Erased {
  fields: string[]
  notices: number
  retold: string[]
  copies: string[]
}
/** Erases what is personal in a record, for good. */
export const eraseRecord = (entity: string, id: string, reason: string) =>
  post<{ erased: Erased }>(path(entity, id, 'erase'), { reason }).then(({ erased }) => erased)
/** A sensitive value in full; that it was shown is noted. */
export const revealValue = (entity: string, id: string, of: string) =>
  post<{ value: string | null }>(path(entity, id, 'reveal'), { path: of }).then(({ value }) => value)
export const deleteRecord = (entity: string, id: string, version: number) => del<null>(path(entity, id), { version })
export const mergeRecords = (
  entity: string,
  id: string,
  body: { version: number | undefined; losers: { id: string; version: number | undefined }[]; fields: Fields },
) => post<RecordAnswer & { merge: string }>(path(entity, id, 'merge'), body)
export const undoMerge = (merge: string) => post<RecordAnswer>(`/api/merges/${merge}/undo`)
export const restoreRecord = (entity: string, id: string) => post<RecordAnswer>(path(entity, id, 'restore'))
/** `changed`: the paths that were changed since the last draft, the latest last. */
export const draftRecord = (entity: string, fields: Fields, changed: readonly string[] = [], signal?: AbortSignal) =>
  post<DraftAnswer>(path(entity, 'draft'), fields, { query: { changed: changed.length > 0 ? changed.join(',') : undefined }, signal })
export const transitionRecord = (entity: string, id: string, name: string, body: { version: number; reason?: string }) =>
  post<RecordAnswer>(path(entity, id, `transitions/${name}`), body)
export const previewTransition = (entity: string, id: string, transition: string) =>
  get<PreviewAnswer>(path(entity, id, 'preview'), { transition })
export interface TimelineQuery {
  /** `changes`, `comments`, `approvals`, `files`. */
  kind?: string
  by?: string
  field?: string
  from?: string
  to?: string
}

export const readTimeline = (entity: string, id: string, query: TimelineQuery, after?: string) =>
  get<{ items: TimelineItem[]; next: string | null }>(path(entity, id, 'timeline'), { ...query, after })
export const comment = (entity: string, id: string, text: string) =>
  post<TimelineItem>(path(entity, id, 'comments'), { text })
