// Checks that the browser makes itself, so that a mistake is told where and when it is made. The server checks again.
import { compare } from '@/fields/exact'
import { isNumber } from '@/fields/numbers'
import type { EntityModel, Field } from '@/model/app'
import type { Line, PortolanRecord, Scalar } from '@/model/record'
import { linePath, linesOf } from './paths'
import { isBlank, isComputed, isEmptyLine } from './values'

/** A check that failed: a key of `record:problem` with its values. */
export interface CheckProblem {
  path: string
  code: string
  values?: Record<string, string | number>
}

const MAIL = /^[^\s@<>()",;:]+@[^\s@<>()",;:.]+(\.[^\s@<>()",;:.]+)+$/
const DEFAULT_TEXT = 200
const DEFAULT_LONG_TEXT = 20_000

/** What is wrong with one value. */
export function checkValue(field: Field, value: Scalar | undefined, required: boolean): Omit<CheckProblem, 'path'> | null {
  if (isBlank(value)) return required && !isComputed(field) && field.type !== 'boolean' ? { code: 'required' } : null
  if (isNumber(value) && ['integer', 'decimal', 'money', 'percent'].includes(field.type)) {
    const text = String(value)
    const bound = (code: 'min' | 'max' | 'above', limit: number | string | undefined, broken: (order: number) => boolean) =>
      limit !== undefined && broken(compare(text, String(limit))) ? { code, values: { limit: String(limit) } } : null
    return (
      bound('above', field.above, (order) => order <= 0) ??
      bound('min', field.min, (order) => order < 0) ??
      bound('max', field.max, (order) => order > 0)
    )
  }
  if (typeof value !== 'string') return null
  const length = [...value].length
  const most = Number(field.max ?? (field.type === 'long_text' ? DEFAULT_LONG_TEXT : DEFAULT_TEXT))
  if (['text', 'long_text', 'email', 'phone', 'url'].includes(field.type)) {
    if (length > most) return { code: 'too_long', values: { limit: most, length } }
    if (field.min !== undefined && length < Number(field.min)) return { code: 'too_short', values: { limit: Number(field.min) } }
  }
  if (field.type === 'email' && !MAIL.test(value)) return { code: 'no_email' }
  if (field.type === 'url' && !isUrl(value)) return { code: 'no_url' }
  return null
}

function isUrl(text: string): boolean {
  try {
    const { protocol, hostname } = new URL(text)
    return ['http:', 'https:'].includes(protocol) && hostname !== ''
  } catch {
    return false
  }
}

/** What is wrong with the whole record. Hidden fields are not required; empty last lines are not sent. */
export function checkRecord(
  entity: EntityModel,
  values: Partial<PortolanRecord>,
  isVisible: (path: string) => boolean,
  isNeeded: (field: Field, at?: { table: string; line: Line }) => boolean,
  requires: readonly string[] = [],
): CheckProblem[] {
  const demanded = new Set(requires)
  const problems: CheckProblem[] = []
  for (const field of Object.values(entity.fields)) {
    if (!isVisible(field.name)) continue
    if (field.type !== 'lines') {
      const found = checkValue(field, values[field.name] as Scalar | undefined, isNeeded(field) || demanded.has(field.name))
      if (found) problems.push({ path: field.name, ...found })
      continue
    }
    const cells = field.fields ?? {}
    const lines = linesOf(values, field.name).filter((line) => !isEmptyLine(line, cells))
    const fewest = Math.max(Number(field.min ?? 0), isNeeded(field) || demanded.has(field.name) ? 1 : 0)
    if (lines.length < fewest) problems.push({ path: field.name, code: 'few_lines', values: { limit: fewest } })
    if (field.max !== undefined && lines.length > Number(field.max)) {
      problems.push({ path: field.name, code: 'many_lines', values: { limit: Number(field.max) } })
    }
    for (const line of lines) {
      for (const cell of Object.values(cells)) {
        const path = linePath(field.name, line.id, cell.name)
        const found = isVisible(path) ? checkValue(cell, line[cell.name], isNeeded(cell, { table: field.name, line })) : null
        if (found) problems.push({ path, ...found })
      }
    }
  }
  return problems
}
