// What the app must know of a type of field: how to show it, read it, enter it. One file per type beside this one.
import type { ComponentType } from 'react'
import type { Field } from '@/model/app'
import type { Parts, Scalar, Titles } from '@/model/record'

/** The part of a field that showing needs; columns of lists have it too. */
export type FieldShape = Pick<Field, 'type'> & Partial<Omit<Field, 'type'>>

export interface FormatContext {
  /** The language of the app, in either spelling. */
  language: string
  /** What references are called, by id. */
  titles?: Titles
  /** The ISO code of a money value. */
  currency?: string | null
  /** Words for yes and no. */
  words?: { yes: string; no: string }
}

/** Text read as a value, as a title to look up, or not at all: then why, as a key of `fields:problem`. */
export type Parsed =
  | { value: Scalar }
  | { lookup: string }
  | { problem: string; values?: Record<string, string | number> }

export interface ShowProps {
  value: Scalar | undefined
  field: FieldShape
  context: FormatContext
  /** In a cell: a line at most. */
  compact?: boolean
}

export interface EditProps {
  id: string
  /** The path of the place, for messages and lookups. */
  path: string
  field: Field
  value: Scalar
  onChange: (value: Scalar) => void
  /** The value at this moment, for what comes after a while. */
  read?: () => Scalar
  /** Told when the text is no value, with why; null when it is one again. */
  onUnreadable?: (unreadable: { text: string; problem: string; values?: Record<string, string | number> } | null) => void
  /** Text that could not be read when the place was left. */
  unreadable?: string
  /** Told when the entry is finished, so that checks may speak. */
  onBlur?: () => void
  context: FormatContext
  disabled?: boolean
  invalid?: boolean
  describedBy?: string
  label: string
  required?: boolean
  /** In a cell of the grid: no frame, the text that began the editing, and keys go to the grid. */
  cell?: CellEditing
  /** What the lookup of a reference needs to know. */
  lookup?: LookupContext
}

export interface CellEditing {
  /** The key that began the editing, or null to edit what is there. */
  typed: string | null
}

export interface LookupContext {
  /** `entity.field` or `entity.lines.field` of the asker. */
  asker: string
  /** The record as it is on the screen, for the conditions of the choice. */
  doc: () => Record<string, unknown>
  /** Keeps the title of what was chosen. */
  learn: (titles: Titles) => void
}

export interface FieldTypeModule {
  align: 'start' | 'end' | 'center'
  /** The width of a column of the line grid, in pixels. */
  width: number
  /** The width is the same whatever the cells hold. */
  fixed?: boolean
  /** Drawn in a cell, where other types are text. */
  drawn?: boolean
  /** Edited by several controls, which a single label cannot name. */
  grouped?: boolean
  /** The value as text for the reader. Nothing is an empty text. */
  format(value: Scalar | undefined, field: FieldShape, context: FormatContext): string
  /** The value as text for the clipboard and for editing: exact, without adornment. */
  plain(value: Scalar | undefined, field: FieldShape, context: FormatContext): string
  /** Reads text that was typed or pasted. */
  parse(text: string, field: FieldShape, context: FormatContext): Parsed
  /** Shows more than text where the type has more: a link, a tag. */
  Show?: ComponentType<ShowProps>
  Edit: ComponentType<EditProps>
}

/** Nothing in, nothing out; the types only handle what is there. */
export function textOf(value: Scalar | undefined): string {
  return value === null || value === undefined || (typeof value === 'object' && !Array.isArray(value)) ? '' : String(value)
}

/** The named values that a value is made of. */
export function partsOf(value: Scalar | undefined): Parts {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {}
}

/** The items of a list of texts. */
export function listOf(value: Scalar | undefined): string[] {
  return Array.isArray(value) ? value : typeof value === 'string' && value !== '' ? [value] : []
}
