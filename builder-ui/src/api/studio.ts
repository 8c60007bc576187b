/** Drafts of definitions. */
import type { AppModel, LanguageCode } from '@/model/app'
import type { Definition } from '@/model/definition'
import { del, get, patch, post } from './client'

export type Origin = 'vendor' | 'customised' | 'own'
export type Kind = 'pack' | 'entity' | 'form' | 'view' | 'menu' | 'role' | 'workflow' | 'decision' | 'mapping' | 'import' | 'calendar' | 'translations'

/** What there is to say of a definition without reading it whole. */
export interface About {
  /** `trade/entities/request.json` */
  file: string
  kind: Kind | null
  name: string
  label: string | null
  entity: string | null
  origin: Origin
  changed: boolean
}

export interface Diagnostic {
  code: string
  severity: 'error' | 'warning'
  file: string
  path: string
  message: string
  hint?: string
}

export interface DraftInfo {
  id: string
  title: string
  note: string
  status: 'open' | 'published' | 'discarded'
  version: number
  /** The published version it was begun from, and the one in force. */
  base: number
  current: number
  owner_name: string | null
  mine: boolean
  created_at: string
  updated_at: string
  may_publish: boolean
}

export interface Draft extends DraftInfo {
  definitions: About[]
  problems: Diagnostic[]
}

export interface Conflict {
  file: string
  path: string[]
  base: unknown
  theirs: unknown
  mine: unknown
}

export interface Choice {
  file: string
  path: string[]
  mine: boolean
}

export interface DefinitionAnswer {
  file: string
  definition: Definition
  vendor: Definition | null
  origin: Origin
}

const drafts = '/api/studio/drafts'
const one = (id: string) => `${drafts}/${encodeURIComponent(id)}`

export const listDrafts = () => get<{ drafts: DraftInfo[]; current: number; may_publish: boolean }>(drafts)
export const beginDraft = (title: string) => post<Draft>(drafts, { title })
export const readDraft = (id: string) => get<Draft>(one(id))
export const readDefinition = (id: string, file: string) => get<DefinitionAnswer>(`${one(id)}/definitions/${file}`)
export const saveDraft = (id: string, version: number, definitions: Record<string, Definition | null>) => patch<Draft>(one(id), { version, definitions })
export const renameDraft = (id: string, version: number, title: string) => patch<Draft>(one(id), { version, title })
export const discardDraft = (id: string) => del<unknown>(one(id))
export const rebaseDraft = (id: string, version: number, choices: Choice[]) => post<Draft>(`${one(id)}/rebase`, { version, choices })
export const publishDraft = (id: string, version: number, note: string) => post<{ version: number; warnings: Diagnostic[] }>(`${one(id)}/publish`, { version, note })
export const readDraftModel = (id: string, language: LanguageCode, role?: string) => get<{ model: AppModel | null; problems: Diagnostic[] }>(`${one(id)}/model`, { language, role })
