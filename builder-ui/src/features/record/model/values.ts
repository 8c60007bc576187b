// Comparing wire values as the fields mean them.
import { canonical } from '@/fields/exact'
import type { Field, FieldType } from '@/model/app'
import type { Line, Scalar } from '@/model/record'

const NUMERIC: ReadonlySet<FieldType> = new Set<FieldType>(['decimal', 'money', 'percent', 'integer'])

export function isBlank(value: Scalar | undefined): boolean {
  return value === null || value === undefined || value === '' || (Array.isArray(value) && value.length === 0)
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

/** A UUIDv7, made here because `crypto.randomUUID` is missing where the app is opened over plain HTTP. */
export function newId(now: number = Date.now()): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  const time = BigInt(now)
  for (let index = 0; index < 6; index += 1) bytes[index] = Number((time >> BigInt(40 - 8 * index)) & 0xffn)
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x70
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}
