import { get, post } from './client'

export interface Version {
  version: number
  at: string
  by_name?: string | null
  note: string
}

export interface PublicationPart {
  entity: string
  converted: string[]
  computed: string[]
  done: number
  total: number
  finished: boolean
}

export interface Publication {
  id: string
  at: string
  by_name?: string | null
  note: string
  version: number
  status: 'running' | 'in_force' | 'done' | 'refused' | 'failed' | 'cancelled'
  percent: number
  message?: string | null
  /** Values that did not convert, and those that say less than they did. */
  failed: number
  less: number
  parts: PublicationPart[]
  indexes: { entity: string; fields: string[]; unique: boolean; finished: boolean }[]
  rows?: PublicationRow[]
}

/** A record that stands in the way; without `failed` it shares a value that no two may share. */
export interface PublicationRow {
  entity: string
  id: string
  title: string
  failed?: { field: string; value: unknown; code: string; message: string } | null
}

export const readVersions = () => get<{ current: number; versions: Version[] }>('/api/definitions')
export const readPublications = () => get<{ jobs: Publication[] }>('/api/publish/jobs')
export const readPublication = (id: string) => get<Publication>(`/api/publish/jobs/${encodeURIComponent(id)}`)
export const cancelPublication = (id: string) => post<Publication>(`/api/publish/jobs/${encodeURIComponent(id)}/cancel`, {})
