// Dates in wire form (`2026-11-21`) and moments (`2026-11-21T08:00:00.000Z`): reading what people type, writing what
// they read.
import { dayOf, firmZone, momentOf } from '@/model/zone'
import { localeTag } from './exact'

const ISO_DATE = /^\d{4}-\d{2}-\d{2}$/

/** Why a text is no date. */
export type DateProblem = 'no_date' | 'ambiguous_date'

/** Whether the text is a day that exists, in wire form. */
export function isDate(text: string): boolean {
  if (!ISO_DATE.test(text)) return false
  const [year = 0, month = 0, day = 0] = text.split('-').map(Number)
  return exists(year, month, day)
}

function exists(year: number, month: number, day: number): boolean {
  const date = new Date(Date.UTC(year, month - 1, day))
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day && year >= 1000
}

function wire(year: number, month: number, day: number): string | null {
  return exists(year, month, day)
    ? `${String(year).padStart(4, '0')}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`
    : null
}

/** Today where the firm sits. */
export function today(now: Date = new Date()): string {
  return dayOf(now)
}

/** The day that many days later. */
export function addDays(date: string, days: number): string {
  const [year = 0, month = 1, day = 1] = date.split('-').map(Number)
  return new Date(Date.UTC(year, month - 1, day + days)).toISOString().slice(0, 10)
}

function answer(value: string | null): { value: string } | { problem: DateProblem } {
  return value ? { value } : { problem: 'no_date' }
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']

function monthNumber(name: string): number {
  return MONTHS.indexOf(name.slice(0, 3).toLowerCase()) + 1
}

function fullYear(text: string): number {
  return text.length === 2 ? 2000 + Number(text) : Number(text)
}

/**
 * Reads a day as people type it and spreadsheets paste it. `3/4/2026` is not guessed at: it means April in one firm
 * and March in another.
 */
export function parseDate(input: string, reference: string = today()): { value: string } | { problem: DateProblem } {
  const text = input.normalize('NFKC').trim()
  if (/^(today|今天|t)$/i.test(text)) return { value: reference }
  if (/^(tomorrow|明天)$/i.test(text)) return { value: addDays(reference, 1) }
  const offset = /^([+-]\d{1,4})(d|天)?$/i.exec(text)
  if (offset) return { value: addDays(reference, Number(offset[1])) }

  // A time of day behind the date, as spreadsheets write it, is dropped.
  const day = text.replace(/[T\s]+\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?\s*([AP]M|Z)?$/i, '')
  const yearFirst = /^(\d{4})[-/.年]\s*(\d{1,2})[-/.月]\s*(\d{1,2})日?$/.exec(day) ?? /^(\d{4})(\d{2})(\d{2})$/.exec(day)
  if (yearFirst) return answer(wire(Number(yearFirst[1]), Number(yearFirst[2]), Number(yearFirst[3])))

  const monthDay = /^(\d{1,2})月(\d{1,2})日?$/.exec(day)
  if (monthDay) return answer(wire(Number(reference.slice(0, 4)), Number(monthDay[1]), Number(monthDay[2])))

  const named = /^(\d{1,2})[\s.-]*([A-Za-z]{3,9})[\s.,-]*(\d{4}|\d{2})$/.exec(day)
  if (named) return answer(wire(fullYear(named[3] ?? ''), monthNumber(named[2] ?? ''), Number(named[1])))
  const american = /^([A-Za-z]{3,9})[\s.]*(\d{1,2})[\s,]+(\d{4})$/.exec(day)
  if (american) return answer(wire(Number(american[3]), monthNumber(american[1] ?? ''), Number(american[2])))

  const german = /^(\d{1,2})\.(\d{1,2})\.(\d{4}|\d{2})$/.exec(day)
  if (german) return answer(wire(fullYear(german[3] ?? ''), Number(german[2]), Number(german[1])))

  const slashed = /^(\d{1,2})[/-](\d{1,2})[/-](\d{4}|\d{2})$/.exec(day)
  if (slashed) {
    const [first, second, year] = [Number(slashed[1]), Number(slashed[2]), fullYear(slashed[3] ?? '')]
    if (first > 12) return answer(wire(year, second, first))
    if (second > 12 || first === second) return answer(wire(year, first, second))
    return { problem: 'ambiguous_date' }
  }
  return { problem: 'no_date' }
}

const formats = new Map<string, Intl.DateTimeFormat>()

function formatWith(language: string, kind: 'date' | 'datetime'): Intl.DateTimeFormat {
  const zone = kind === 'date' ? 'UTC' : firmZone()
  const key = `${language}/${kind}/${zone}`
  let found = formats.get(key)
  if (!found) {
    const chinese = language.startsWith('zh')
    const day: Intl.DateTimeFormatOptions = chinese
      ? { year: 'numeric', month: '2-digit', day: '2-digit' }
      : { year: 'numeric', month: 'short', day: 'numeric' }
    found = new Intl.DateTimeFormat(localeTag(language), {
      ...day,
      timeZone: zone,
      ...(kind === 'date' ? {} : { hour: '2-digit', minute: '2-digit', hour12: false }),
    })
    formats.set(key, found)
  }
  return found
}

/** A day for the reader: `21 Nov 2026`, in Chinese `2026-11-21`. */
export function formatDate(value: string, language: string): string {
  // Chinese offices write the date as it travels.
  if (!isDate(value) || language.startsWith('zh')) return value
  return formatWith(language, 'date').format(new Date(`${value}T00:00:00Z`))
}

/** A moment for the reader, by the firm's clock. */
export function formatDatetime(value: string, language: string): string {
  const time = new Date(value)
  return Number.isNaN(time.getTime()) ? value : formatWith(language, 'datetime').format(time)
}

/** A moment told by its distance: `3 minutes ago`, `2天前`; after a week the day itself. */
export function formatAgo(value: string, language: string, now: Date = new Date()): string {
  const time = new Date(value)
  const seconds = Math.round((time.getTime() - now.getTime()) / 1000)
  const relative = new Intl.RelativeTimeFormat(localeTag(language), { numeric: 'auto' })
  const size = Math.abs(seconds)
  if (size < 45) return relative.format(0, 'second')
  if (size < 3600) return relative.format(Math.round(seconds / 60), 'minute')
  if (size < 86_400) return relative.format(Math.round(seconds / 3600), 'hour')
  if (size < 7 * 86_400) return relative.format(Math.round(seconds / 86_400), 'day')
  return formatDatetime(value, language)
}

/** Reads a moment: a day and a time of day, by the firm's clock. */
export function parseDatetime(input: string): { value: string } | { problem: DateProblem } {
  const text = input.normalize('NFKC').trim()
  if (/^\d{4}-\d{2}-\d{2}T.*(Z|[+-]\d{2}:?\d{2})$/.test(text)) {
    const time = new Date(text)
    return Number.isNaN(time.getTime()) ? { problem: 'no_date' } : { value: time.toISOString() }
  }
  const clock = /[T\s]+(\d{1,2}):(\d{2})(?::(\d{2}))?$/.exec(text)
  const day = parseDate(clock ? text.slice(0, clock.index) : text)
  if ('problem' in day) return day
  const [year = 0, month = 1, date = 1] = day.value.split('-').map(Number)
  const [hour, minute, second] = [Number(clock?.[1] ?? 0), Number(clock?.[2] ?? 0), Number(clock?.[3] ?? 0)]
  if (hour > 23 || minute > 59 || second > 59) return { problem: 'no_date' }
  return { value: momentOf({ year, month, day: date, hour, minute, second }).toISOString() }
}
