// Functions of plain values. A null argument gives null, but where the function says otherwise.
import { workdayAfter, workdayBefore, workdaysBetween, workdaysIn, type WorkCalendar } from './calendar'
import { Decimal } from './decimal'
import { fold } from './fold'
import { domainKey, e164, looseNameKey, nameKey, phoneKey, titleCase } from './likeness'
import {
  arithmetic, compare, Day, dayFrom, dayOf, Fault, inCalendar, limited, Moment, partsOf, same, textOf, toDecimal, unknown, wholeNumber,
  type Value,
} from './values'

export type Calendars = Readonly<Record<string, WorkCalendar>>

type Function = (values: Value[], zone: string, calendars?: Calendars) => Value

/** The calendar that is named, or the only one; where none came along, the server must say. */
function calendarOf(name: Value | undefined, calendars: Calendars | undefined): WorkCalendar {
  if (!calendars) throw unknown
  const all = Object.values(calendars)
  const found = typeof name === 'string' ? calendars[name] : all.length === 1 ? all[0] : undefined
  // The server says what is missing.
  if (!found) throw unknown
  return found
}

function whole(value: Value | undefined): number {
  if (typeof value === 'number') return value
  const found = value instanceof Decimal ? value.toWhole() : undefined
  if (found === undefined) throw new Fault('type')
  return found
}

function text(value: Value | undefined): string {
  if (typeof value !== 'string') throw new Fault('type')
  return value
}

const zones = new Map<string, Intl.DateTimeFormat>()

/** A day; a moment's is that of the firm's zone. */
export function dayIn(value: Value | undefined, zone: string): Day {
  if (value instanceof Day) return value
  if (!(value instanceof Moment)) throw new Fault('type')
  let format = zones.get(zone)
  if (!format) {
    format = new Intl.DateTimeFormat('en-CA', { timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit' })
    zones.set(zone, format)
  }
  return dayOf(format.format(value.ms))
}

function lastOf(year: number, month: number): number {
  return new Date(Date.UTC(2000 + (year % 400), month, 0)).getUTCDate()
}

/** Months with the end of the month kept. */
function addMonths(day: Day, months: number): Day {
  const [year, month, date] = partsOf(day)
  const count = year * 12 + (month - 1) + months
  const [toYear, toMonth] = [Math.floor(count / 12), (((count % 12) + 12) % 12) + 1]
  const found = dayFrom(toYear, toMonth, Math.min(date, lastOf(toYear, toMonth)))
  if (!found) throw new Fault('overflow')
  return found
}

/** Whole months: as many as can be added to the first day without passing the second. */
function monthsBetween(from: Day, to: Day): number {
  if (to.days < from.days) return -monthsBetween(to, from)
  const [a, b] = [partsOf(from), partsOf(to)]
  const months = (b[0] - a[0]) * 12 + b[1] - a[1]
  return addMonths(from, months).days > to.days ? months - 1 : months
}

function best(operator: string): Function {
  return (values) => values.reduce((found, value) => (compare(operator, value, found) ? value : found))
}

/** A whole number where it fits in one. */
function shortened(value: Decimal): Value {
  return value.toWhole() ?? value
}

const clamp = (value: number): number => Math.max(0, value)

export const functions: Record<string, Function> = {
  round: ([value, digits]) => {
    if (typeof value === 'number') return value
    const places = digits === undefined ? 0 : whole(digits)
    if (places < 0 || places > 28) throw new Fault('type')
    return toDecimal(value ?? null).round(places)
  },
  floor: ([value]) => (typeof value === 'number' ? value : shortened(toDecimal(value ?? null).floor())),
  ceil: ([value]) => (typeof value === 'number' ? value : shortened(toDecimal(value ?? null).ceil())),
  abs: ([value]) => (typeof value === 'number' ? Math.abs(value) : toDecimal(value ?? null).abs()),
  min: best('<'),
  max: best('>'),
  len: ([value]) => (Array.isArray(value) ? value.length : [...text(value)].length),
  lower: ([value]) => text(value).toLowerCase(),
  upper: ([value]) => text(value).toUpperCase(),
  trim: ([value]) => text(value).trim(),
  contains: ([where, part]) =>
    Array.isArray(where) ? where.some((item) => same(item, part ?? null)) : fold(text(where)).includes(fold(text(part))),
  starts_with: ([where, part]) => fold(text(where)).startsWith(fold(text(part))),
  ends_with: ([where, part]) => fold(text(where)).endsWith(fold(text(part))),
  substring: ([value, start, length]) => {
    const from = clamp(whole(start))
    return [...text(value)].slice(from, length === undefined ? undefined : from + clamp(whole(length))).join('')
  },
  replace: ([value, old, by]) => {
    const [all, part, other] = [text(value), text(old), text(by)]
    return part === '' ? all : limited(all.replaceAll(part, () => other))
  },
  join: ([list, separator]) => {
    if (!Array.isArray(list)) throw new Fault('type')
    return limited(list.filter((item) => item !== null).map(textOf).join(text(separator)))
  },
  title_case: ([value]) => titleCase(text(value)),
  name_key: ([value]) => nameKey(text(value)),
  loose_name_key: ([value]) => looseNameKey(text(value)),
  domain_key: ([value]) => domainKey(text(value)),
  phone_key: ([value, code]) => phoneKey(text(value), code === undefined ? '' : text(code)),
  e164: ([value, code]) => e164(text(value), code === undefined ? '' : text(code)),
  year: ([day], zone) => partsOf(dayIn(day, zone))[0],
  quarter: ([day], zone) => Math.floor((partsOf(dayIn(day, zone))[1] - 1) / 3) + 1,
  month: ([day], zone) => partsOf(dayIn(day, zone))[1],
  day: ([day], zone) => partsOf(dayIn(day, zone))[2],
  // 1970-01-01 was a Thursday.
  weekday: ([day], zone) => ((((dayIn(day, zone).days + 3) % 7) + 7) % 7) + 1,
  date: (values, zone) => {
    const [first] = values
    if (values.length === 1) return typeof first === 'string' ? dayOf(first) : dayIn(first, zone)
    const found = dayFrom(whole(first), whole(values[1]), whole(values[2]))
    if (!found) throw new Fault('overflow')
    return found
  },
  start_of_month: ([value], zone) => {
    const day = dayIn(value, zone)
    return new Day(day.days - partsOf(day)[2] + 1)
  },
  end_of_month: ([value], zone) => {
    const day = dayIn(value, zone)
    const [year, month, date] = partsOf(day)
    return inCalendar(new Day(day.days - date + lastOf(year, month)))
  },
  add_days: ([day, days], zone) => inCalendar(new Day(dayIn(day, zone).days + whole(days))),
  add_months: ([day, months], zone) => addMonths(dayIn(day, zone), whole(months)),
  add_years: ([day, years], zone) => addMonths(dayIn(day, zone), whole(years) * 12),
  days_between: ([from, to], zone) => dayIn(to, zone).days - dayIn(from, zone).days,
  months_between: ([from, to], zone) => monthsBetween(dayIn(from, zone), dayIn(to, zone)),
  workday_after: ([day, count, name], zone, calendars) => workdayAfter(calendarOf(name, calendars), dayIn(day, zone), whole(count)),
  workday_before: ([day, count, name], zone, calendars) => workdayBefore(calendarOf(name, calendars), dayIn(day, zone), whole(count)),
  workdays_between: ([from, to, name], zone, calendars) => workdaysBetween(calendarOf(name, calendars), dayIn(from, zone), dayIn(to, zone)),
  workdays_in: ([from, to, name], zone, calendars) => workdaysIn(calendarOf(name, calendars), dayIn(from, zone), dayIn(to, zone)),
  workhours_after: () => { throw unknown },
  workhours_between: () => { throw unknown },
  days: ([count]) => wholeNumber(whole(count) * 86_400_000),
  hours: ([count]) => wholeNumber(whole(count) * 3_600_000),
  minutes: ([count]) => wholeNumber(whole(count) * 60_000),
  text: ([value]) => textOf(value ?? null),
  decimal: ([value]) => {
    if (typeof value !== 'string') return toDecimal(value ?? null)
    const found = Decimal.parse(value.trim())
    if (!found) throw new Fault('type')
    return found
  },
  integer: ([value]) => {
    if (typeof value === 'string') {
      if (!/^[+-]?\d+$/.test(value.trim())) throw new Fault('type')
      return wholeNumber(Number(value.trim()))
    }
    return wholeNumber(toDecimal(value ?? null).truncate().toWhole() ?? Number.POSITIVE_INFINITY)
  },
}

/** What a function gives when an argument is null. */
function ofNull(name: string): Value {
  if (name === 'len') return 0
  return name === 'contains' || name === 'starts_with' || name === 'ends_with' ? false : null
}

export function call(name: string, values: Value[], zone: string, calendars?: Calendars): Value {
  if (values.includes(null)) return ofNull(name)
  const found = functions[name]
  if (!found) throw new Fault('type')
  return found(values, zone, calendars)
}

/** A running total of a list; nulls are left out. */
export function aggregate(how: string, values: Value[]): Value {
  const there = values.filter((value) => value !== null)
  switch (how) {
    case 'count':
      return there.filter((value) => value !== false).length
    case 'sum':
      return there.reduce<Value>((sum, value) => arithmetic('+', sum, value), Decimal.zero)
    case 'sum_whole':
      return there.reduce<Value>((sum, value) => arithmetic('+', sum, value), 0)
    case 'avg': {
      const [first, ...rest] = there
      if (first === undefined) return null
      return arithmetic('/', rest.reduce<Value>((sum, value) => arithmetic('+', sum, value), first), there.length)
    }
    default:
      return there.length === 0 ? null : best(how === 'min' ? '<' : '>')(there, '')
  }
}
