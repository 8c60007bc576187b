// What happened to a record, read from the timeline's items into what is shown.
import type { TimelineItem } from '@/api/records'
import type { EntityModel } from '@/model/app'
import type { Line, PortolanRecord, Scalar } from '@/model/record'
import { asLinePlace, fieldAt, linesOf } from './paths'

export interface FieldChange {
  path: string
  label: string
  old: Scalar
  new: Scalar
  /** The values were erased from the history. */
  erased?: boolean
}

export interface LineChange {
  key: string
  table: string
  /** The first thing that says what the line is: its product, its text. */
  name: { path: string; value: Scalar } | null
  /** How the line is called: its position where it still is, and its first value. */
  line: number | null
  kind: 'added' | 'removed' | 'changed' | 'moved'
  fields: FieldChange[]
}

export interface Changes {
  fields: FieldChange[]
  lines: LineChange[]
}

interface RawChange {
  path: string
  label?: string
  old?: unknown
  new?: unknown
}

/** What stands where a value was erased. */
const isErased = (value: unknown): boolean => typeof value === 'object' && value !== null && '$erased' in value

function scalar(value: unknown): Scalar {
  if (value === undefined || value === null || isErased(value)) return null
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value
  return Array.isArray(value) && value.every((one) => typeof one === 'string') ? (value as string[]) : JSON.stringify(value)
}

export function rawChanges(item: TimelineItem): RawChange[] {
  return Array.isArray(item.changes) ? (item.changes as RawChange[]) : []
}

/** What a line is called by: the first reference or text that it has. */
function nameOf(entity: EntityModel, table: string, id: string, line: Partial<Line> | null | undefined): LineChange['name'] {
  const told = Object.values(entity.fields[table]?.fields ?? {}).filter((field) => field.type === 'reference' || field.type === 'text')
  const found = told.find((field) => typeof line?.[field.name] === 'string' && line[field.name] !== '')
  return found ? { path: `${table}.${id}.${found.name}`, value: scalar(line?.[found.name]) } : null
}

/** The fields that the form shows somewhere. */
function placedFields(entity: EntityModel): Set<string> {
  return new Set(entity.form.layout.flatMap((part) => [part, ...(part.tabs ?? [])]).flatMap((part) => [...(part.fields ?? []).map((field) => field.name), ...(part.totals ?? [])]))
}

/** The changes of an item, those of one line together. Fields that the reader may not read are not named. */
export function readChanges(item: TimelineItem, entity: EntityModel, values: Partial<PortolanRecord>): Changes {
  const fields: FieldChange[] = []
  const byLine = new Map<string, LineChange>()
  const placed = placedFields(entity)
  for (const raw of rawChanges(item)) {
    // What is worked out for the engine's own use, such as keys of names, says nothing to people.
    if (entity.fields[raw.path]?.formula !== undefined && !placed.has(raw.path)) continue
    const place = asLinePlace(raw.path)
    if (entity.fields[raw.path]?.type === 'lines') {
      byLine.set(raw.path, { key: raw.path, table: raw.path, name: null, line: null, kind: 'moved', fields: [] })
      continue
    }
    if (!place) {
      const label = raw.label ?? entity.fields[raw.path]?.label
      if (label !== undefined) fields.push({ path: raw.path, label, old: scalar(raw.old), new: scalar(raw.new), ...(isErased(raw.old) || isErased(raw.new) ? { erased: true } : {}) })
      continue
    }
    const key = `${place.lines}.${place.id}`
    const index = linesOf(values, place.lines).findIndex((line) => line.id === place.id)
    const known: LineChange = byLine.get(key)
      ?? { key, table: place.lines, name: nameOf(entity, place.lines, place.id, linesOf(values, place.lines)[index]), line: index >= 0 ? index + 1 : null, kind: 'changed', fields: [] }
    if (place.field === undefined) {
      const whole = (raw.new ?? raw.old) as Partial<Line> | null
      known.kind = raw.old === null || raw.old === undefined ? 'added' : 'removed'
      const table = entity.fields[place.lines]?.fields ?? {}
      known.name ??= nameOf(entity, place.lines, place.id, whole)
      if (whole && typeof whole === 'object') {
        for (const field of Object.values(table)) {
          const value = scalar(whole[field.name])
          if (value !== null && field.formula === undefined) {
            known.fields.push({ path: `${key}.${field.name}`, label: field.label, old: known.kind === 'removed' ? value : null, new: known.kind === 'added' ? value : null })
          }
        }
      }
    } else {
      const label = raw.label ?? fieldAt(entity, raw.path)?.label
      if (label !== undefined) known.fields.push({ path: raw.path, label, old: scalar(raw.old), new: scalar(raw.new) })
    }
    byLine.set(key, known)
  }
  return { fields, lines: [...byLine.values()] }
}

export type CommentPart = { text: string } | { mention: string; id: string }

/** A comment cut into text and mentions `@[name](id)`. */
export function readComment(text: string): CommentPart[] {
  const parts: CommentPart[] = []
  let from = 0
  for (const found of text.matchAll(/@\[([^\]\n]+)\]\(([\w-]+)\)/g)) {
    if (found.index > from) parts.push({ text: text.slice(from, found.index) })
    parts.push({ mention: found[1] ?? '', id: found[2] ?? '' })
    from = found.index + found[0].length
  }
  if (from < text.length) parts.push({ text: text.slice(from) })
  return parts
}

/** The comment as it is sent: names that were chosen from the list become mentions. */
export function writeComment(text: string, chosen: ReadonlyMap<string, string>): string {
  const names = [...chosen.keys()].toSorted((a, b) => b.length - a.length)
  let out = text
  for (const name of names) out = out.replaceAll(`@${name}`, `@[${name}](${chosen.get(name)})`)
  return out.trim()
}

/** The word that a mention is being typed with, at the caret; null if none is. */
export function mentionAt(text: string, caret: number): { start: number; word: string } | null {
  const before = text.slice(0, caret)
  const found = /(?:^|[^\w.@-])@([^\s@]{0,30})$/u.exec(before)
  return found ? { start: caret - (found[1]?.length ?? 0) - 1, word: found[1] ?? '' } : null
}

/** A text property under one of several names. */
export function textIn(item: TimelineItem, ...names: string[]): string | null {
  for (const name of names) {
    const value = item[name]
    if (typeof value === 'string' && value !== '') return value
  }
  return null
}
