/** Values as people read them: money with its currency, percent, dates of the locale. Never goes through binary floats for decimals. */
import Decimal from 'decimal.js-light'
import { firmZone } from './zone'

export interface Format {
  type: string
  scale?: number
  display?: number
  currency?: string | null
}

const decimalSeparators = new Map<string, { group: string; point: string }>()

function separators(locale: string): { group: string; point: string } {
  const known = decimalSeparators.get(locale)
  if (known) return known
  const parts = new Intl.NumberFormat(locale).formatToParts(-1234567.8)
  const found = {
    group: parts.find((part) => part.type === 'group')?.value ?? ',',
    point: parts.find((part) => part.type === 'decimal')?.value ?? '.',
  }
  decimalSeparators.set(locale, found)
  return found
}

export function toDecimal(value: unknown): Decimal | null {
  if (value === null || value === undefined || value === '') return null
  try {
    return new Decimal(value as string | number)
  } catch {
    return null
  }
}

/** Groups digits; with `places` rounded half up to as many, without as many as the value has. */
export function formatDecimal(value: unknown, locale: string, places?: number): string {
  const decimal = toDecimal(value)
  if (!decimal) return ''
  const plain = places === undefined ? decimal.toFixed() : decimal.toFixed(places)
  const negative = plain.startsWith('-')
  const [whole = '0', fraction] = plain.replace('-', '').split('.')
  const { group, point } = separators(locale)
  const grouped = whole.replace(/\B(?=(\d{3})+(?!\d))/g, group)
  return `${negative ? '−' : ''}${grouped}${fraction ? point + fraction : ''}`
}

export function formatPercent(value: unknown, locale: string, display?: number): string {
  const decimal = toDecimal(value)
  if (!decimal) return ''
  return `${formatDecimal(decimal.times(100), locale, display ?? 2)}${locale.startsWith('fr') || locale.startsWith('de') ? ' ' : ''}%`
}

const minorUnits = new Map<string, number>()

/** How many decimals a currency has, from the browser's own table. */
export function currencyDecimals(code: string | null | undefined): number {
  if (!code) return 2
  const known = minorUnits.get(code)
  if (known !== undefined) return known
  let digits = 2
  try {
    digits = new Intl.NumberFormat('en', { style: 'currency', currency: code }).resolvedOptions().maximumFractionDigits ?? 2
  } catch {
    digits = 2
  }
  minorUnits.set(code, digits)
  return digits
}

export function formatMoney(value: unknown, locale: string, format: Omit<Format, 'type'> = {}): string {
  const places = format.display ?? currencyDecimals(format.currency)
  const text = formatDecimal(value, locale, places)
  return text && format.currency ? `${format.currency} ${text}` : text
}

const dates = new Map<string, Intl.DateTimeFormat>()

function dateFormat(locale: string, key: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const zone = options.timeZone ?? firmZone()
  const name = `${locale}/${key}/${zone}`
  const known = dates.get(name)
  if (known) return known
  // Plain English is read all over the world: the day goes first, and the month is a word.
  const made = new Intl.DateTimeFormat(locale === 'en' ? 'en-GB' : locale, { ...options, timeZone: zone })
  dates.set(name, made)
  return made
}

/** A calendar date has no zone: it is read and shown as UTC so that it never slips by a day. */
export function formatDate(value: unknown, locale: string): string {
  if (typeof value !== 'string' || !value) return ''
  const date = new Date(`${value.slice(0, 10)}T00:00:00Z`)
  if (Number.isNaN(date.getTime())) return value
  if (locale.startsWith('zh')) return value.slice(0, 10)
  return dateFormat(locale, 'd', { day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' }).format(date)
}

export function formatDatetime(value: unknown, locale: string): string {
  if (typeof value !== 'string' || !value) return ''
  const date = new Date(value)
  if (Number.isNaN(date.getTime())) return value
  return dateFormat(locale, 'dt', { day: 'numeric', month: 'short', year: 'numeric', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(date)
}

/** "Saturday, 21 November": a day as one greets with it. */
export function formatDay(date: Date, locale: string): string {
  return dateFormat(locale, 'day', { weekday: 'long', day: 'numeric', month: 'long' }).format(date)
}

const steps: [Intl.RelativeTimeFormatUnit, number][] = [
  ['year', 31_536_000], ['month', 2_592_000], ['week', 604_800], ['day', 86_400], ['hour', 3600], ['minute', 60],
]

/** "2 hours ago"; the present minute is "now" in the reader's language. */
export function formatAgo(value: string, locale: string, now = Date.now()): string {
  const seconds = Math.round((new Date(value).getTime() - now) / 1000)
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: 'auto', style: 'long' })
  for (const [unit, size] of steps) {
    if (Math.abs(seconds) >= size) return relative.format(Math.trunc(seconds / size), unit)
  }
  // “现在” is a point in time; what has just happened is “刚刚”.
  return locale.startsWith('zh') ? '刚刚' : relative.format(0, 'second')
}

export function isPast(value: string, now = Date.now()): boolean {
  return new Date(value).getTime() <= now
}

/** How long something has waited: "3 d", "5 h", "12 min". */
export function formatSpan(since: string, locale: string, now = Date.now()): string {
  const seconds = Math.max(0, Math.round((now - new Date(since).getTime()) / 1000))
  const unit = (name: string, amount: number) =>
    new Intl.NumberFormat(locale, { style: 'unit', unit: name, unitDisplay: 'long' }).format(amount)
  if (seconds >= 86_400) return unit('day', Math.floor(seconds / 86_400))
  if (seconds >= 3600) return unit('hour', Math.floor(seconds / 3600))
  return unit('minute', Math.max(1, Math.floor(seconds / 60)))
}

/** Text of a plain value by its type; references and choices need titles and labels, which the caller has. */
export function formatValue(value: unknown, locale: string, format: Format): string {
  if (value === null || value === undefined || value === '') return ''
  switch (format.type) {
    case 'money':
      return formatMoney(value, locale, format)
    case 'percent':
      return formatPercent(value, locale, format.display ?? Math.min(Math.max((format.scale ?? 4) - 2, 0), 2))
    case 'decimal':
      return formatDecimal(value, locale, format.display)
    case 'integer':
      return formatDecimal(value, locale, 0)
    case 'date':
      return formatDate(value, locale)
    case 'datetime':
      return formatDatetime(value, locale)
    default:
      return Array.isArray(value) ? value.join(', ') : String(value)
  }
}
