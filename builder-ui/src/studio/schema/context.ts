/** What the controls of a definition have around them. */
import { createContext, use } from 'react'
import type { Json } from '@/model/definition'
import type { Schema } from '@/model/json-schema'
import type { EntityField } from '../flow/condition-editor'
import type { Files } from '../model/draft-store'
import type { Texts } from '../use-texts'
import type { Meaning } from './meaning'
import type { Help } from './words'

export interface Choice {
  value: string
  label: string
}

/** `typed`: a stretch of typing is one step. `beside`: texts in the reader's language that change with it. */
export interface How {
  typed?: string
  beside?: Files
}

export type Change = (next: Json | undefined, how: How) => void

export interface Around {
  root: Schema
  choices: Partial<Record<Meaning, Choice[]>>
  fields: EntityField[]
  variables: string[]
  texts: Texts
  help: Help
  /** What is wrong at a place of the definition. */
  wrong: (path: string) => string | null
}

export const AroundContext = createContext<Around | null>(null)

export function useAround(): Around {
  const around = use(AroundContext)
  if (!around) throw new Error('useAround needs the editor of a definition around it')
  return around
}

/** Those that can be chosen, and what is chosen now though it is not among them. */
export const withChosen = (choices: readonly Choice[], chosen: readonly string[]): Choice[] =>
  [...choices, ...chosen.filter((one) => one !== '' && !choices.some(({ value }) => value === one)).map((value) => ({ value, label: value }))]
