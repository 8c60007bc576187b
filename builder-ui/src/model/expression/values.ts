// Values of expressions, and what operators do with them. The rules are those of the engine's evaluator, which runs the
// same fixtures (`engine/kernel/tests/fixtures/expressions`).
import { Decimal, DecimalOverflow } from './decimal'
import { fold, hasPlainOrder } from './fold'

/** Why an expression cannot be worked out with these values. */
export class Fault extends Error {
  readonly code: 'division_by_zero' | 'overflow' | 'type' | 'too_much_work'

  constructor(code: Fault['code']) {
    super(code)
    this.code = code
  }
}

/** Thrown where the browser does not have what it needs: the server must compute. */
export class Unknown extends Error {}

export const unknown = new Unknown('the server must compute this')

/** A day, counted from 1970-01-01. */
export class Day {
  readonly days: number

  constructor(days: number) {
    this.days = days
  }
}

/** A moment, in milliseconds since 1970. */
export class Moment {
  readonly ms: number

  constructor(ms: number) {
    this.ms = ms
  }
}

/** A record or a line in wire form. */
export type Fields = Readonly<Record<string, unknown>>

/** A row that a closure goes through. */
export class Row {
  readonly fields: Fields

  constructor(fields: Fields) {
    this.fields = fields
  }
}

/** Whole numbers are JavaScript's numbers. */
export type Value = null | boolean | number | string | Decimal | Day | Moment | Row | Value[] | Map<string, Value>

const dayLength = 86_400_000

const decimals = new Map<string, Decimal>()

/** Forms hold decimals as text; each is read once. */
export function decimalOf(text: string): Decimal {
  const known = decimals.get(text)
  if (known) return known
  const read = Decimal.parse(text)
  if (!read) throw new Fault('type')
  if (decimals.size > 20_000) decimals.clear()
  decimals.set(text, read)
  return read
}

export function dayOf(text: string): Day {
  const found = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text)
  const day = found && dayFrom(Number(found[1]), Number(found[2]), Number(found[3]))
  if (!day) throw new Fault('type')
  return day
}

/** The day of a date; undefined if there is no such day. */
export function dayFrom(year: number, month: number, day: number): Day | undefined {
  const date = new Date(0)
  date.setUTCFullYear(year, month - 1, day)
  const isReal = date.getUTCFullYear() === year && date.getUTCMonth() === month - 1 && date.getUTCDate() === day
  return isReal && year >= 1 && year <= 9999 ? new Day(Math.floor(date.getTime() / dayLength)) : undefined
}

/** Year, month from 1, and day of the month. */
export function partsOf(day: Day): [number, number, number] {
  const date = new Date(day.days * dayLength)
  return [date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate()]
}

/** Dates stay within four-digit years. */
export function inCalendar(day: Day): Day {
  const [year] = partsOf(day)
  if (!(year >= 1 && year <= 9999)) throw new Fault('overflow')
  return day
}

/** A value from its wire form. */
export function fromWire(json: unknown, kind: string): Value {
  if (json === null || json === '') return null
  switch (kind) {
    case 'decimal':
      return decimalOf(String(json))
    case 'integer':
      if (typeof json === 'number') return wholeNumber(json)
      return decimalOf(String(json)).toWhole() ?? fault('type')
    case 'date':
      return dayOf(String(json))
    case 'datetime': {
      const ms = Date.parse(String(json))
      return Number.isNaN(ms) ? fault('type') : new Moment(ms)
    }
    case 'map':
      return typeof json === 'object' && !Array.isArray(json) ? new Map(Object.entries(json as Record<string, Value>)) : fault('type')
    case 'list':
      return Array.isArray(json) ? json.map((item) => String(item)) : fault('type')
    default:
      return typeof json === 'string' || typeof json === 'boolean' ? json : typeof json === 'number' ? wholeNumber(json) : fault('type')
  }
}

function fault(code: Fault['code']): never {
  throw new Fault(code)
}

export function wholeNumber(value: number): number {
  if (!Number.isSafeInteger(value)) throw new Fault('overflow')
  // No negative zero.
  return value + 0
}

/** The wire form of a value; rows by their ids. */
export function toWire(value: Value): unknown {
  if (value instanceof Decimal) return value.toString()
  if (value instanceof Day || value instanceof Moment) return textOf(value)
  if (value instanceof Row) return value.fields.id ?? null
  if (Array.isArray(value)) return value.map(toWire)
  if (value instanceof Map) return Object.fromEntries([...value].map(([key, entry]) => [key, toWire(entry)]))
  return value
}

/** A value as text: decimals without trailing zeros, lists with commas, null as nothing. */
export function textOf(value: Value): string {
  if (value === null) return ''
  if (value instanceof Decimal) return value.normalize().toString()
  if (value instanceof Day) {
    const [year, month, day] = partsOf(value)
    return `${String(year).padStart(4, '0')}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`
  }
  if (value instanceof Moment) return new Date(value.ms).toISOString()
  if (value instanceof Row) return String(value.fields.id ?? '')
  if (Array.isArray(value)) return value.map(textOf).join(', ')
  if (value instanceof Map) return JSON.stringify(toWire(value))
  return String(value)
}

export function toDecimal(value: Value): Decimal {
  if (value instanceof Decimal) return value
  if (typeof value === 'number') return Decimal.whole(value)
  throw new Fault('type')
}

function isNumber(value: Value): value is number | Decimal {
  return typeof value === 'number' || value instanceof Decimal
}

/** -1, 0 or 1; undefined if they cannot be compared. */
function order(left: Value, right: Value): number | undefined {
  if (typeof left === 'number' && typeof right === 'number') return Math.sign(left - right)
  if (isNumber(left) && isNumber(right)) return toDecimal(left).compare(toDecimal(right))
  if (left instanceof Day && right instanceof Day) return Math.sign(left.days - right.days)
  if (left instanceof Moment && right instanceof Moment) return Math.sign(left.ms - right.ms)
  if (typeof left === 'boolean' && typeof right === 'boolean') return Number(left) - Number(right)
  if (typeof left === 'string' && typeof right === 'string') {
    const [a, b] = [fold(left), fold(right)]
    if (a === b) return 0
    if (!hasPlainOrder(a) || !hasPlainOrder(b)) throw unknown
    return byCodePoints(a, b)
  }
  return undefined
}

/** As bytes of UTF-8 compare, not as JavaScript's halves of characters do. */
function byCodePoints(a: string, b: string): number {
  const [left, right] = [[...a], [...b]]
  for (let at = 0; at < Math.min(left.length, right.length); at += 1) {
    const difference = (left[at]?.codePointAt(0) ?? 0) - (right[at]?.codePointAt(0) ?? 0)
    if (difference !== 0) return Math.sign(difference)
  }
  return Math.sign(left.length - right.length)
}

/** Whether two values are equal; null equals nothing. */
export function same(left: Value, right: Value): boolean {
  if (left instanceof Row || right instanceof Row) return same(idOf(left), idOf(right))
  if (typeof left === 'string' && typeof right === 'string') return left === right || fold(left) === fold(right)
  return left !== null && right !== null && order(left, right) === 0
}

function idOf(value: Value): Value {
  return value instanceof Row ? ((value.fields.id as string | undefined) ?? null) : value
}

/** A comparison; one with null is false. */
export function compare(operator: string, left: Value, right: Value): boolean {
  if (left === null || right === null) return false
  if (operator === '==') return same(left, right)
  if (operator === '!=') return !same(left, right)
  const found = order(left, right)
  if (found === undefined) return false
  switch (operator) {
    case '<':
      return found < 0
    case '<=':
      return found <= 0
    case '>':
      return found > 0
    default:
      return found >= 0
  }
}

function moved(day: Day, days: number): Day {
  return inCalendar(new Day(day.days + days))
}

function shifted(at: Moment, ms: number): Moment {
  const moment = new Moment(at.ms + ms)
  const year = new Date(moment.ms).getUTCFullYear()
  if (!(year >= 1 && year <= 9999)) throw new Fault('overflow')
  return moment
}

/** Arithmetic; with null it is null. */
export function arithmetic(operator: string, left: Value, right: Value): Value {
  if (left === null || right === null) return null
  if (typeof left === 'number' && typeof right === 'number') return ofWholes(operator, left, right)
  if (left instanceof Day) {
    if (typeof right === 'number') return moved(left, operator === '+' ? right : -right)
    if (right instanceof Day) return left.days - right.days
  }
  if (typeof left === 'number' && right instanceof Day) return moved(right, left)
  if (left instanceof Moment) {
    if (typeof right === 'number') return shifted(left, operator === '+' ? right : -right)
    if (right instanceof Moment) return left.ms - right.ms
  }
  if (typeof left === 'number' && right instanceof Moment) return shifted(right, left)
  if (typeof left === 'string' || typeof right === 'string') return limited(textOf(left) + textOf(right))
  return exact(() => ofDecimals(operator, toDecimal(left), toDecimal(right)))
}

/** Text of a formula stays short enough to be shown. */
export function limited(text: string): string {
  if (text.length > 200_000) throw new Fault('overflow')
  return text
}

function ofWholes(operator: string, a: number, b: number): Value {
  switch (operator) {
    case '+':
      return wholeNumber(a + b)
    case '-':
      return wholeNumber(a - b)
    case '*':
      return wholeNumber(a * b)
    case '%':
      if (b !== 0) return wholeNumber(a % b)
  }
  return exact(() => ofDecimals(operator, Decimal.whole(a), Decimal.whole(b)))
}

function ofDecimals(operator: string, a: Decimal, b: Decimal): Decimal {
  switch (operator) {
    case '+':
      return a.add(b)
    case '-':
      return a.subtract(b)
    case '*':
      return a.multiply(b)
  }
  if (b.isZero()) throw new Fault('division_by_zero')
  return operator === '/' ? a.divide(b) : a.remainder(b)
}

function exact<T>(work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw error instanceof DecimalOverflow ? new Fault('overflow') : error
  }
}
