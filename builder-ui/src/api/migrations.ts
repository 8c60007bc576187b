/** Running workflows of older versions, and taking them over to the latest. */
import { get, post } from './client'

export interface RunningVersion {
  workflow: string
  label: string
  version: number
  instances: number
  /** Whether the latest version still has the workflow. */
  there: boolean
}

export type Hindrance = 'node_gone' | 'other_kind' | 'other_place' | 'other_call'

export interface Place {
  node: string
  label: string
  item?: string | null
  to: string | null
  to_label: string | null
  hindrance: Hindrance | null
  people: { id: string; name: string }[]
}

export interface MigrationRow {
  instance: string
  entity: string
  record: string
  /** None where the reader may not see the record. */
  title: string | null
  version: number
  can: boolean
  done: boolean
  problem: string | null
  places: Place[]
}

export interface Migration {
  latest: number
  rows: MigrationRow[]
  targets: { node: string; label: string; kind: string }[]
  more: boolean
}

export interface MigrationWish {
  from: number
  nodes: Record<string, string>
  do: 'migrate' | 'restart'
  reason?: string
}

const path = (workflow: string) => `/api/workflows/${workflow}/migration`

export const readRunning = () => get<{ latest: number; rows: RunningVersion[] }>('/api/workflows')
export const planMigration = (workflow: string, wish: MigrationWish) => post<Migration>(`${path(workflow)}/plan`, wish)
export const migrate = (workflow: string, wish: MigrationWish) => post<Migration>(path(workflow), wish)
