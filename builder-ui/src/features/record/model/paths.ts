// Places in a record: `customer`, `lines.<id>.quantity`. The server's messages use the same paths.
import type { EntityModel, Field } from '@/model/app'
import type { Line, PortolanRecord, Scalar } from '@/model/record'

export interface LinePlace {
  lines: string
  id: string
  field?: string
}

export function linePath(lines: string, id: string, field?: string): string {
  return field === undefined ? `${lines}.${id}` : `${lines}.${id}.${field}`
}

/** The parts of a path into a line; null for a field of the header. */
export function asLinePlace(path: string): LinePlace | null {
  const [lines, id, field] = path.split('.')
  if (lines === undefined || id === undefined) return null
  return field === undefined ? { lines, id } : { lines, id, field }
}

/** The field that a path leads to. */
export function fieldAt(entity: EntityModel, path: string): Field | undefined {
  const place = asLinePlace(path)
  if (!place) return entity.fields[path]
  const table = entity.fields[place.lines]
  return place.field === undefined ? table : table?.fields?.[place.field]
}

/** Always the same, so that whoever compares sees no change where there is none. */
const NO_LINES: Line[] = []

/** The rows of a line table; none if the record has none. */
export function linesOf(values: Partial<PortolanRecord>, lines: string): Line[] {
  const rows = values[lines]
  return Array.isArray(rows) ? (rows as Line[]) : NO_LINES
}

/** The value at a path; null if there is none. */
export function valueAt(values: Partial<PortolanRecord>, path: string): Scalar {
  const place = asLinePlace(path)
  if (!place) return (values[path] as Scalar | undefined) ?? null
  if (place.field === undefined) return null
  return linesOf(values, place.lines).find((line) => line.id === place.id)?.[place.field] ?? null
}

/**
 * Paths of the server may name a line by its position (`lines.0.quantity`) where it had no id yet; the form knows
 * lines by id only.
 */
export function normalPath(values: Partial<PortolanRecord>, path: string): string {
  const [lines, key, ...rest] = path.replaceAll(/\[(\d+)\]/g, '.$1').split('.')
  if (lines === undefined || key === undefined || !/^\d+$/.test(key)) return path
  const line = linesOf(values, lines)[Number(key)]
  return line ? [lines, line.id, ...rest].join('.') : lines
}

/** What a person calls the place: `Quantity (line 3)`. */
export function placeLabel(
  entity: EntityModel,
  values: Partial<PortolanRecord>,
  path: string,
): { label: string; line?: number } {
  const place = asLinePlace(path)
  const field = fieldAt(entity, path)
  if (!place) return { label: field?.label ?? path }
  const index = linesOf(values, place.lines).findIndex((line) => line.id === place.id)
  return { label: field?.label ?? place.field ?? place.lines, ...(index >= 0 ? { line: index + 1 } : {}) }
}
