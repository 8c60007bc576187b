/** What waits for me, and what I have started. */
import type { EntityModel } from '@/model/app'
import { formatValue } from '@/model/format'
import type { CallItem, PreviewNode, SignerPlace } from './records'
import { get, post } from './client'

export interface Task {
  id: string
  instance: string
  node: string
  label: string
  entity: string
  record: string
  title: string
  initiator: string
  initiator_name: string
  created_at: string
  /** `consult`: only an opinion is asked for. */
  kind?: 'decide' | 'consult'
  /** Until when it is to be decided. */
  due_at?: string | null
  summary?: Figure[]
}

/** What an approver wants to know before opening the record. */
export interface Figure {
  label: string
  field: string
  type: string
  value: string | number
  currency?: string
}

export function figureText({ field, type, value, currency }: Figure, entity: EntityModel | undefined, language: string): string {
  const { scale, display } = entity?.fields[field] ?? {}
  return formatValue(value, language, { type, ...(scale === undefined ? {} : { scale }), ...(display === undefined ? {} : { display }), ...(currency ? { currency } : {}) })
}

export interface InstanceRow {
  id: string
  workflow: string
  label: string
  entity: string
  record: string
  title: string
  status: string
  outcome?: string | null
  outcome_label?: string | null
  started_at: string
  ended_at?: string | null
  waiting_for: { id: string; name: string; since: string; node?: string; label?: string }[]
}

export interface InstanceNode {
  node: string
  label: string
  kind: string
  mode?: string
  status?: string
  /** For which of a list it was called. */
  item?: CallItem | null
  entered_at?: string
  left_at?: string | null
  people: { id: string; name: string; decision?: string | null; at?: string | null; reason?: string | null; attachments?: string[]; signature?: string; channel?: 'mail_link'; due_at?: string | null; automatic?: Automatic | null }[]
  /** Who got a copy here, and when they read it. */
  copied?: Copied[]
  /** For what a wait waits, and what ended that. */
  waits?: Waits | null
}

export interface Copied {
  id: string
  name: string
  at: string
  read_at?: string | null
}

/** What the engine did because nobody decided in time. */
export interface Automatic {
  act: 'notify' | 'approve' | 'reject' | 'return' | 'reassign_up'
  due_at?: string | null
  /** How much time there was: `2 working_days`. */
  within?: string | null
  people?: { id: string; name: string }[]
}

export interface Waits {
  until?: string | null
  within?: string | null
  message?: string | null
  condition?: boolean
  ended_by?: 'time' | 'message' | 'condition' | 'skipped'
  by_name?: string | null
}

export interface InstanceAnswer extends InstanceRow {
  can_take_back?: string | null
  can_urge?: boolean
  nodes: InstanceNode[]
  next: { nodes: PreviewNode[]; outcome?: string | null } | PreviewNode[]
}

export type Verb =
  | 'approve' | 'reject' | 'outcome' | 'return' | 'transfer' | 'delegate' | 'add_signer' | 'remove_signer'
  | 'claim' | 'release' | 'take_back' | 'cc' | 'consult' | 'answer' | 'comment'

/** What is sent with a verb; which of it, the server's `task_verb` says. */
export interface Verdict {
  reason?: string
  /** A person; for `return` a node. */
  to?: string
  then?: 'again' | 'straight_back'
  /** Fields that are to be changed, for `return`. */
  change?: string[]
  people?: string[]
  person?: string
  place?: SignerPlace
  mode?: 'any' | 'all' | 'sequence'
  outcome?: string
  fields?: Record<string, unknown>
  attachments?: string[]
  signature?: string
}

export const listTasks = (after?: string, limit = 50, order?: 'due') =>
  get<{ rows: Task[]; next: string | null }>('/api/tasks', { after, limit, order })
export const countTasks = () => get<{ count: number }>('/api/tasks/count')
export const decideTask = (id: string, verb: Verb, verdict: Verdict = {}) =>
  post<{ instance: InstanceAnswer }>(`/api/tasks/${id}/${verb}`, verdict)
export type BatchVerb = 'approve' | 'reject'
/** What became of one of several. */
export interface Decided {
  id: string
  ok: boolean
  error?: { code: string; message: string }
}
export const decideTasks = (verb: BatchVerb, tasks: readonly string[], reason?: string) =>
  post<{ rows: Decided[] }>('/api/tasks/batch', { verb, tasks: tasks.map((id) => ({ id })), ...(reason ? { reason } : {}) })
export const urgeInstance = (id: string) => post<unknown>(`/api/instances/${id}/urge`)
export const listMyInstances = (after?: string) =>
  get<{ rows: InstanceRow[]; next: string | null }>('/api/instances', { mine: 1, after })
export const readInstance = (id: string) => get<InstanceAnswer>(`/api/instances/${id}`)
export const withdrawInstance = (id: string, reason?: string) =>
  post<InstanceAnswer>(`/api/instances/${id}/withdraw`, { reason })
