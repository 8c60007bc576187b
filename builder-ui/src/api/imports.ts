import type { FieldType } from '@/model/app'
import { get, post, request } from './client'

export type ImportStatus = 'uploaded' | 'checking' | 'checked' | 'running' | 'stopping' | 'done' | 'failed' | 'undoing' | 'undone'

export interface ImportProblem {
  row: number
  column: string | null
  code: string
  message: string
  value?: string | number | null
}

export interface ImportCounts {
  create: number
  update: number
  skip: number
  invalid: number
}

export interface ImportJob {
  id: string
  file: string
  status: ImportStatus
  at?: string
  by_name?: string | null
  import?: string | null
  entity?: string | null
  done: number
  total: number
  problems?: ImportProblem[]
  problem_count: number
  summary: Record<string, ImportCounts>
  error?: string | null
  /** Records that an undone import left as they are. */
  kept?: number
  kept_records?: { entity: string; id: string; title: string; why: 'changed' | 'used' }[]
  stopped?: boolean
  /** Rows in a second, and seconds that are left, while it goes on. */
  rate?: number | null
  remaining?: number | null
  /** Until when it can be undone; none if it cannot. */
  undo_until?: string | null
  /** Of one import alone: what stands in its file. */
  sheets?: string[]
  sheet?: string
  headings?: string[]
  sample?: ImportUpload['sample']
}

export interface ImportUpload {
  id: string
  file: string
  sheets: string[]
  /** The sheet that was read. */
  sheet?: string
  headings: string[]
  sample: (string | number | boolean | null)[][]
  suggestion: { entity?: string | null; columns?: Record<string, string>; key?: string[] }
  /** What was chosen for a file with the same headings before. */
  remembered?: ImportPlan | null
  /** Imports of the pack whose columns are all there. */
  imports: { name: string; label: string }[]
}

export type ImportPlan =
  | { import: string; sheet?: string }
  | { entity: string; key: string[]; existing: 'skip' | 'update'; columns: Record<string, string>; sheet?: string }

export function uploadImport(file: File, sheet?: string): Promise<ImportUpload> {
  const form = new FormData()
  form.append('file', file)
  if (sheet) form.append('sheet', sheet)
  return request<ImportUpload>('POST', '/api/imports', { form })
}
export const listImports = () => get<{ rows: ImportJob[] }>('/api/imports')
export const readImport = (id: string) => get<ImportJob>(`/api/imports/${id}`)
export const dryRun = (id: string, plan: ImportPlan) => post<ImportJob>(`/api/imports/${id}/dry_run`, plan)
export const runImport = (id: string) => post<ImportJob>(`/api/imports/${id}/run`)
/** Brings a file in as chosen, without a dry run before. */
export const bringIn = (id: string, plan: ImportPlan) => post<ImportJob>(`/api/imports/${id}/run`, plan)

/** What a column of a file is likely meant as. */
export interface InferredColumn {
  heading: string
  type: FieldType
  options: string[]
  scale: number
  filled: number
  empty: number
  unique: boolean
}
export const inferColumns = (id: string) => get<{ columns: InferredColumn[] }>(`/api/imports/${id}/columns`)
/** `touched`: also what others changed since. */
export const undoImport = (id: string, touched = false) => post<ImportJob>(`/api/imports/${id}/undo`, { touched })
export const stopImport = (id: string, keep: boolean) => post<ImportJob>(`/api/imports/${id}/stop`, { keep })
export const refusedRows = (id: string): string => `/api/imports/${id}/errors`
