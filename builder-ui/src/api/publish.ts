import { get, post, requestHeaders, taken, url } from './client'
import type { Diagnostic, Kind } from './studio'

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

/** Values of a field that no definition in force reads any more. */
export interface KeptAside {
  entity: string
  /** What the entity is called. */
  label: string
  lines: string | null
  /** None where a publication was broken off. */
  field: string | null
  column: string
  rows: number
  since: string | null
  /** When it is emptied by itself; none where it stays until somebody empties it. */
  emptied_on: string | null
}

export const readKept = () => get<{ kept: KeptAside[] }>('/api/publish/kept')
export const purgeKept = ({ entity, lines, column }: KeptAside) => post<{ emptied: number }>('/api/publish/kept/purge', { entity, lines, column })

/** What differs between two versions, at one place. */
export interface Difference {
  change: string
  weight: 'words' | 'behaviour' | 'data' | 'loss'
  kind: Kind | 'data' | 'test'
  /** The definition; of texts their file. */
  name: string
  /** Where in it; empty for the definition itself. */
  path: string
  /** What the definition and the thing in it are called. */
  of: string
  label: string
  before: unknown
  after: unknown
}

/** What becomes of stored values. */
export interface Effect {
  kind: 'convert' | 'compute' | 'require' | 'remove' | 'index' | 'unique'
  entity: string
  of: string
  fields: string[]
  labels: string[]
  total: number
  seen: number
  concerned: number
  less: number
  refuses: boolean
  rows: PublicationRow[]
}

export interface Plan {
  version: number
  is_new: boolean
  problems: Diagnostic[]
  differences: Difference[]
  effects: Effect[]
  in_background: boolean
  refused: boolean
}

/** What becomes of values that do not convert, by field: `request.amount`. */
export type Choices = Record<string, { unconvertible: 'refuse' | 'empty' }>

/** At once in force, or a job that converts stored values first. */
export type Begun = { version: number; is_new: boolean; job?: undefined } | { job: string; version?: undefined }

const definitions = '/api/definitions'
export const compareVersions = (from: number, to: number) => get<{ differences: Difference[] }>(`${definitions}/compare`, { from, to })
export const planReturn = (version: number, choices: Choices) => post<Plan>(`${definitions}/${version}/plan`, { choices })
export const returnTo = (version: number, note: string, choices: Choices) => post<Begun>(`${definitions}/${version}/return`, { note, choices })

/** Packs as an archive holds them. */
export interface PackFiles {
  name: string
  files: { path: string; text: string }[]
}
export const archiveFile = (version: number, effective: boolean) => url(`${definitions}/${version}/archive`, { effective })
export async function readArchive(file: File): Promise<{ packs: PackFiles[] }> {
  const response = await fetch(`${definitions}/archive`, { method: 'POST', headers: { ...requestHeaders('POST'), 'Content-Type': 'application/zip' }, body: file })
  return taken(response.status, await response.json())
}
export const planPacks = (packs: PackFiles[], choices: Choices) => post<Plan>('/api/publish/plan', { packs, choices })
export const publishPacks = (packs: PackFiles[], note: string, choices: Choices) => post<Begun>('/api/publish', { packs, note, choices })
