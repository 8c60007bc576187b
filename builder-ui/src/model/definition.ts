/** Definitions as their files hold them: JSON keyed by name, in the order written. What the studio needs of their form. */
import type { Color, FieldType } from './app'

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json }
export type Definition = { [key: string]: Json }

export interface FieldDefinition {
  type: FieldType
  label?: string
  help?: string
  required?: Json
  unique?: boolean
  default?: Json
  read?: string[]
  write?: string[]
  formula?: string
  to?: string
  options?: Record<string, string | { label: string; code?: string; color?: Color }>
  fields?: Record<string, FieldDefinition>
  scale?: number
  display?: number
  min?: number
  max?: number
  above?: number
  pattern?: string
  visible?: Json
  read_only?: Json
  [key: string]: unknown
}

export interface EntityDefinition {
  kind: 'entity'
  name: string
  label: string
  type: 'master' | 'document' | 'log' | 'setup'
  fields: Record<string, FieldDefinition>
  [key: string]: unknown
}

export interface Placement {
  span?: number
}

export interface SectionPart {
  section: string
  columns?: number
  fields: Record<string, Placement>
  visible?: Json
}

export interface LinesPart {
  lines: string
  columns?: string[]
  totals?: string[]
}

export interface TabDefinition {
  label: string
  columns?: number
  fields?: Record<string, Placement>
  related?: Json
}

export interface TabsPart {
  tabs: Record<string, TabDefinition>
}

export interface RelatedPart {
  label: string
  related: Json
}

export type PartDefinition = SectionPart | LinesPart | TabsPart | RelatedPart

export interface FormDefinition {
  kind: 'form'
  name: string
  entity: string
  layout: Record<string, PartDefinition>
}

export const isSection = (part: PartDefinition): part is SectionPart => 'section' in part
export const isLines = (part: PartDefinition): part is LinesPart => 'lines' in part
export const isTabs = (part: PartDefinition): part is TabsPart => 'tabs' in part
