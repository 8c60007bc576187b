// Comparing wire values as the fields mean them.
import { canonical } from '@/fields/exact'
import type { Field, FieldType } from '@/model/app'
import type { Line, Parts, Scalar } from '@/model/record'

const NUMERIC: ReadonlySet<FieldType> = new Set<FieldType>(['decimal', 'money', 'percent', 'integer', 'duration', 'rating'])

function isParts(value: Scalar | undefined): value is Parts {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function isBlank(value: Scalar | undefined): boolean {
  return value === null || value === undefined || value === '' || (Array.isArray(value) && value.length === 0) || (isParts(value) && Object.keys(value).length === 0)
}

/** Whether two values are the same to the field: `1.50` and `1.5` are, nothing and an empty text are. */
export function sameValue(field: Field | undefined, a: Scalar | undefined, b: Scalar | undefined): boolean {
  if (a === b || (isBlank(a) && isBlank(b))) return true
  if (isBlank(a) || isBlank(b)) return false
  if (field && NUMERIC.has(field.type)) {
    return canonical(String(a)) === canonical(String(b))
  }
  if (field?.type === 'datetime') return new Date(String(a)).getTime() === new Date(String(b)).getTime()
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((item, index) => item === b[index])
  }
  if (isParts(a) && isParts(b)) {
    return [...Object.keys(a), ...Object.keys(b)].every((part) => (a[part] ?? '') === (b[part] ?? ''))
  }
  return false
}

/** Whether the engine gives the field its value, so that nobody sends one. */
export function isComputed(field: Field): boolean {
  // A formula over fields that the reader may not read is not told; only that the server computes it.
  return field.formula !== undefined || (!field.writable && (field.compute !== undefined || field.server))
}

/** Whether a field can be sent: people may write it and no formula owns it. A computed one only when overridden. */
export function isSendable(field: Field, path: string, edited: ReadonlySet<string>): boolean {
  if (!field.writable || field.formula !== undefined || field.type === 'lines') return false
  return field.compute === undefined || edited.has(path)
}

/** Whether a line carries anything that a person entered. */
export function isEmptyLine(line: Line, fields: Record<string, Field>): boolean {
  return Object.values(fields).every(
    (field) => isComputed(field) || field.default !== undefined || field.type === 'boolean' || isBlank(line[field.name]),
  )
}
