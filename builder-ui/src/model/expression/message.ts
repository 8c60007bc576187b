// Messages and titles: texts with expressions in between, filled in as the server fills them in.
import type { Wire } from '../app'
import { Decimal } from './decimal'
import { valueOf, type Scope } from './evaluate'
import { Fault, textOf, toDecimal, Unknown, type Value } from './values'

export type Format = null | ['fixed', number] | ['percent', number] | ['choice', Record<string, string>]

export type MessagePart = string | { expr: Wire; format?: Format }

const hundred = Decimal.whole(100)

function shown(value: Value, format: Format | undefined): string {
  if (Array.isArray(value)) return value.map((item) => shown(item, format)).join(', ')
  const isNumber = typeof value === 'number' || value instanceof Decimal
  if (format?.[0] === 'fixed' && isNumber) return toDecimal(value).toFixed(Math.min(format[1], 12))
  if (format?.[0] === 'percent' && isNumber) return `${textOf(toDecimal(value).multiply(hundred).round(format[1]))} %`
  if (format?.[0] === 'choice' && typeof value === 'string') return format[1][value] ?? value
  return textOf(value)
}

/** The text; undefined where the browser does not have all of it. */
export function fillIn(parts: readonly MessagePart[], scope: Scope): string | undefined {
  try {
    return parts.map((part) => (typeof part === 'string' ? part : shown(valueOf(part.expr, scope), part.format))).join('').trim()
  } catch (error) {
    if (error instanceof Unknown || error instanceof Fault) return undefined
    throw error
  }
}
