/** Drafts of definitions. */
import type { AppModel, LanguageCode } from '@/model/app'
import type { Definition } from '@/model/definition'
import type { Schema } from '@/model/json-schema'
import { del, get, patch, post } from './client'
import type { Begun, Choices, Plan } from './publish'
import type { PreviewAnswer } from './records'

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
  status: 'open' | 'proposed' | 'publishing' | 'published' | 'discarded'
  version: number
  /** The published version it was begun from, and the one in force. */
  base: number
  current: number
  owner: string
  owner_name: string | null
  mine: boolean
  created_at: string
  updated_at: string
  may_publish: boolean
  /** The version that it became, and the job that converts stored values first. */
  published: number | null
  publication: string | null
}

/** What somebody said of a draft, or did with it. */
export interface DraftNote {
  id: string
  at: string
  by: string
  by_name: string | null
  kind: 'proposed' | 'taken_back' | 'given_back' | 'comment' | 'published'
  message: string
}

export interface Draft extends DraftInfo {
  definitions: About[]
  problems: Diagnostic[]
  notes: DraftNote[]
}

/** Somebody else who has the draft open. */
export interface Other {
  user: string
  name: string | null
  file: string
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

/** A place in a definition that names a field. */
export interface Use {
  kind: string
  name: string
  label: string
  file: string
  path: string
}

export const listDrafts = () => get<{ drafts: DraftInfo[]; current: number; may_publish: boolean }>(drafts)
export const beginDraft = (title: string) => post<Draft>(drafts, { title })
export const readDraft = (id: string) => get<Draft>(one(id))
export const readDefinition = (id: string, file: string) => get<DefinitionAnswer>(`${one(id)}/definitions/${file}`)
export const readUses = (id: string, path: string) => get<{ uses: Use[] }>(`${one(id)}/uses`, { path }).then(({ uses }) => uses)
export const saveDraft = (id: string, version: number, definitions: Record<string, Definition | null>) => patch<Draft>(one(id), { version, definitions })
export const renameDraft = (id: string, version: number, title: string) => patch<Draft>(one(id), { version, title })
export const discardDraft = (id: string) => del<unknown>(one(id))
export const rebaseDraft = (id: string, version: number, choices: Choice[]) => post<Draft>(`${one(id)}/rebase`, { version, choices })
export const planDraft = (id: string, choices: Choices) => post<Plan & { draft_version: number }>(`${one(id)}/plan`, { choices })
export const publishDraft = (id: string, version: number, note: string, choices: Choices) => post<Begun>(`${one(id)}/publish`, { version, note, choices })
export type Saying = 'propose' | 'take_back' | 'give_back' | 'comments'
export const sayOfDraft = (id: string, what: Saying, message: string) => post<DraftInfo & { notes: DraftNote[] }>(`${one(id)}/${what}`, { message })
export const beAtDraft = (id: string, file: string | null) => post<{ others: Other[]; version: number; status: DraftInfo['status'] }>(`${one(id)}/presence`, file ? { file } : {})
export const leaveDraft = (id: string) => del<unknown>(`${one(id)}/presence`)
export const readDraftModel = (id: string, language: LanguageCode, role?: string) => get<{ model: AppModel | null; problems: Diagnostic[] }>(`${one(id)}/model`, { language, role })

/** A text of a definition, and what it is in another language. */
export interface Translated {
  file: string
  kind: Kind
  of: string | null
  path: string
  base: string
  text: string | null
  /** The file that the other language stands in. */
  into: string
}
export const readTexts = (id: string, language: LanguageCode) => get<{ texts: Translated[] }>(`${one(id)}/texts`, { language })

/** The way of a record through a flow; `refused` says why there is none. */
export interface Way extends PreviewAnswer {
  stopped?: string
  refused?: string
}

/** A record's way by what is in force and by a draft. */
export interface Tried {
  id: string
  title: string
  entity: string
  now: Way
  then: Way
}
export const tryDraft = (id: string, asked: { entity: string; record: string; transition: string; by?: string; at?: string; as?: string }) => post<Tried>(`${one(id)}/try`, asked)
export const whatIf = (id: string, asked: { entity: string; transition: string; limit: number; as?: string }) => post<{ seen: number; differ: Tried[] }>(`${one(id)}/what_if`, asked)
/** Records that a draft can be tried on: one's own, or those of somebody as whom an administrator may look. */
export const trialRecords = (id: string, asked: { entity: string; q: string; as?: string }) => post<{ rows: { id: string; title: string }[] }>(`${one(id)}/trial_records`, asked)

/** The JSON Schema of a kind of definition. */
export const readSchema = (kind: Kind) => get<Schema>(`/schemas/${kind}.json`)
