import type { FieldType, LanguageCode } from '@/model/app'
import type { Scalar } from '@/model/record'
import { get, patch } from './client'

export interface Setting {
  name: string
  label: string
  help?: string | null
  type: FieldType
  value: Scalar
  /** What the pack says. */
  default: Scalar
  /** Whether the firm has set a value of its own. */
  own: boolean
}

/** A part of a pack that the firm can do without. */
export interface Module {
  name: string
  label: string
  help?: string | null
  /** What its things are called. */
  entities: string[]
  on: boolean
}

export interface SettingChange {
  id: string
  at: string
  by_name?: string | null
  /** `company`, `language`, `zone`, `setting.<name>`, `modules_off` with a list; nothing new means: as the pack says. */
  change: { name: string; old: Scalar | string[]; new: Scalar | string[] }
}

export interface FirmSettings {
  company: string
  language: LanguageCode
  zone: string
  languages: { code: LanguageCode; label: string }[]
  packs: { name: string; label: string; settings: Setting[] }[]
  modules: Module[]
  history: SettingChange[]
}

export interface FirmPatch {
  company?: string
  language?: LanguageCode
  zone?: string
  settings?: Record<string, Scalar>
  modules?: Record<string, boolean>
}

export const readSettings = () => get<FirmSettings>('/api/settings')
export const changeSettings = (change: FirmPatch) => patch<FirmSettings>('/api/settings', change)
