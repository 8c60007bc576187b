/** Workflows as those see them who look after them: one as a picture, why it stands where it stands, all of them. */
import type { PreviewNode } from './records'
import { get, post, url, type QueryValue } from './client'
import type { InstanceNode, InstanceRow } from './tasks'

export interface Person {
  id: string
  name: string
}

/** Why somebody decides. */
export interface Via {
  kind: string
  of?: Person
  by?: Person | string | null
  from?: Person
  department?: Person | null
  level?: number
  position?: string
  role?: string
  path?: string
}

export interface VisitPerson extends Person {
  decision?: string | null
  at?: string | null
  since?: string | null
  reason?: string | null
  via?: Via
  via_label?: string
  skipped?: { code: string } | null
  pool?: string
}

export interface Visit extends Omit<InstanceNode, 'people'> {
  round?: number
  people: VisitPerson[]
}

export type NodeStatus = 'open' | 'passed' | 'approved' | 'rejected' | 'returned' | 'cancelled' | 'withdrawn' | 'next' | 'possible' | 'skipped'

export interface GraphTask {
  id: string
  person: string
  name: string
  since: string
  pool: boolean
}

/** What could not be done, and waits for an administrator. */
export interface FlowIncident {
  token: number
  node: string
  label: string
  code: string
  message: string
  at: string
}

export interface GraphNode {
  node: string
  label: string
  kind: string
  status: NodeStatus
  tokens: number
  tasks: GraphTask[]
  visits: Visit[]
  ahead: PreviewNode | null
  outcome: string | null
}

export interface GraphEdge {
  from: string
  slot: string
  to: string
  label: string | null
  taken: { at: string; round: number }[]
  passed_by: 'did_not_hold' | 'another_held' | 'something_held' | null
}

export interface Leap {
  from: string
  to: string
  how: string
  at: string
  by: Person | null
  reason: string | null
  round: number
}

export interface FlowEvent {
  seq: number
  at: string
  by: Person | null
  kind: string
  node?: string
  label?: string
  verdict?: string
  outcome?: string
  reason?: string
  assignee?: Person
  who?: Person
  to?: Person | { node: string; label: string }
  people?: Person[]
  question?: string
  automatic?: boolean
  approved?: boolean
  message?: string
}

export interface Graph extends InstanceRow {
  initiator: string
  initiator_name: string
  round: number
  returns: number
  suspended_by?: Person | null
  /** For administrators. */
  incidents?: FlowIncident[] | null
  nodes?: GraphNode[]
  edges?: GraphEdge[]
  leaps: Leap[]
  events: FlowEvent[]
  next: { nodes: PreviewNode[]; outcome?: string | null; outcome_label?: string | null; stopped?: string }
  version: number
  can_operate: boolean
  can_build: boolean
}

/** What something looked at. */
export interface Looked {
  what: 'field' | 'lines' | 'variable' | 'setting' | 'table' | 'records'
  label: string
  value?: unknown
  type?: string
  scale?: number
  currency?: string | null
  entity?: string
  field?: string
  how?: string
  now?: boolean
  looked?: Looked[]
  rules?: { rule: string; label: string }[]
  hidden?: boolean
}

export interface Condition {
  text: string | null
  looked: Looked[]
  hidden: boolean
}

export interface WayStep {
  kind: 'started' | 'chose' | 'branched' | 'decided' | 'sent_back' | 'jumped'
  at: string
  by?: Person | null
  node?: string
  label?: string
  named?: boolean
  case?: string | null
  tried?: { case: string; label: string; held: boolean; condition: Condition }[]
  branch_label?: string | null
  condition?: Condition | null
  approved?: boolean
  outcome_label?: string | null
  automatic?: boolean
  reason?: string | null
}

export interface Why {
  node: string
  label: string
  kind: string
  visited: boolean
  way: WayStep[]
  passed_by: { node: string; label: string; slot: string; slot_label: string | null; at: string }[]
  people: VisitPerson[]
  left_out?: { who: Person; reason: { code: string; label?: string } }[]
  nobody?: string | null
  mode?: unknown
  titles: Record<string, string>
  workflow: string
  version: number
  can_build: boolean
}

const one = (id: string) => `/api/instances/${encodeURIComponent(id)}`

export const readGraph = (id: string) => get<Graph>(`${one(id)}/graph`)
export const readWhy = (id: string, node: string) => get<Why>(`${one(id)}/why`, { node })
export const operate = (id: string, verb: 'suspend' | 'resume' | 'cancel', reason: string) => post<unknown>(`${one(id)}/${verb}`, { reason })

export const solveIncident = (id: string, token: number, verb: 'retry' | 'skip', reason: string, fields?: Record<string, unknown>) =>
  post<unknown>(`${one(id)}/incidents/${token}/${verb}`, { reason, ...(fields ? { fields } : {}) })

/** A workflow in the list of all. */
export interface FoundInstance extends InstanceRow {
  initiator_name: string
  round: number
  suspended_by?: Person | null
  incidents?: FlowIncident[] | null
}

export interface WorkflowFilter {
  workflow?: string
  state?: string
  node?: string
  initiator?: string
  waiting_for?: string
  older_than_days?: number
  waiting_days?: number
  overdue?: boolean
  order?: 'waiting'
}

export const searchWorkflows = (filter: WorkflowFilter, after?: string) =>
  get<{ rows: FoundInstance[]; next: string | null }>('/api/instances/search', { ...(filter as Record<string, QueryValue>), after })

export interface WorkRow {
  workflow: string
  label: string
  node: string | null
  node_label: string | null
  person: string | null
  person_name: string | null
  done: number
  median_minutes: number | null
  most_minutes: number | null
  median_worked: number | null
  most_worked: number | null
  returned: number
  rejected: number
  late: number
  open: number
  oldest: string | null
  overdue: number
}

export interface WorkQuery {
  by: 'workflow' | 'node' | 'person' | 'node_person'
  workflow?: string
  person?: string
  from?: string
  to?: string
}

export interface WorkAnswer {
  rows: WorkRow[]
  from: string
  to: string
  workflows: { name: string; label: string }[]
  graph: { nodes: { node: string; label: string; kind: string }[]; edges: { from: string; slot: string; to: string; label: string | null }[] } | null
}

export const readWork = (query: WorkQuery) => get<WorkAnswer>('/api/analytics', query as unknown as Record<string, QueryValue>)
export const workFile = (query: WorkQuery) => url('/api/analytics.csv', query as unknown as Record<string, QueryValue>)
