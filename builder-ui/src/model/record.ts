/** Records as they travel: flat objects with system fields, fields, and line tables as arrays. */

/** A value of named parts: an address, a place. */
export interface Parts {
  readonly [part: string]: string | undefined
}

export type Scalar = string | number | boolean | null | string[] | Parts

export interface Line {
  id: string
  [field: string]: Scalar | undefined
}

export interface PortolanRecord {
  id: string
  version: number
  state?: string | null
  number?: string | null
  title?: string | null
  created_at?: string
  created_by?: string | null
  updated_at?: string
  updated_by?: string | null
  deleted_at?: string | null
  [field: string]: Scalar | Line[] | undefined
}

/** Titles of the records that references point to, by id. */
export type Titles = Record<string, string>

/** The places that every record has beside the fields of its entity. */
export const systemFields = [
  'id', 'version', 'state', 'number', 'title', 'created_at', 'created_by', 'updated_at', 'updated_by', 'deleted_at',
] as const

/** A message of the server about a record, at a place in it (`lines.2.quantity`). */
export interface Problem {
  path: string
  code: string
  message: string
  level?: 'error' | 'warn'
  values?: Record<string, unknown>
}
