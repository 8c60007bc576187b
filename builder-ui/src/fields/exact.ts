// Exact arithmetic on decimal strings, the wire form of numbers. Nothing here passes through a JavaScript number,
// because 0.1 + 0.2 must be 0.3 and 1234567890123.4567 must stay what it is.

interface Scaled {
  /** All digits without the point. */
  digits: bigint
  /** How many of them stand after the point. */
  scale: number
}

const PLAIN = /^[+-]?(\d+(\.\d*)?|\.\d+)$/
const SCIENTIFIC = /^([+-]?(?:\d+(?:\.\d*)?|\.\d+))[eE]([+-]?\d{1,3})$/

/** Whether the text is a decimal in wire form. */
export function isDecimal(text: string): boolean {
  return PLAIN.test(text)
}

function read(text: string): Scaled {
  const negative = text.startsWith('-')
  const [whole = '0', fraction = ''] = text.replace(/^[+-]/, '').split('.')
  const digits = BigInt((whole || '0') + fraction)
  return { digits: negative ? -digits : digits, scale: fraction.length }
}

function write({ digits, scale }: Scaled): string {
  const negative = digits < 0n
  const text = (negative ? -digits : digits).toString().padStart(scale + 1, '0')
  const body = scale === 0 ? text : `${text.slice(0, -scale)}.${text.slice(-scale)}`
  return negative && /[1-9]/.test(body) ? `-${body}` : body
}

function power(exponent: number): bigint {
  return 10n ** BigInt(exponent)
}

function align(a: Scaled, b: Scaled): [bigint, bigint, number] {
  const scale = Math.max(a.scale, b.scale)
  return [a.digits * power(scale - a.scale), b.digits * power(scale - b.scale), scale]
}

/** The same value without needless zeros: `15.00` → `15`, `-0` → `0`, `1e3` → `1000`. Null if it is no number. */
export function canonical(text: string): string | null {
  const scientific = SCIENTIFIC.exec(text)
  const plain = scientific ? shift(write(read(scientific[1] ?? '0')), Number(scientific[2])) : text
  if (!isDecimal(plain)) return null
  const body = write(read(plain))
  return body.includes('.') ? body.replace(/\.?0+$/, '') : body
}

/** Moves the point: `shift("15", -2)` is `0.15`. */
export function shift(text: string, by: number): string {
  const { digits, scale } = read(text)
  const moved = scale - by
  return moved >= 0 ? write({ digits, scale: moved }) : write({ digits: digits * power(-moved), scale: 0 })
}

/** Rounds half up, away from zero, to a number of digits after the point, as the server stores it. */
export function round(text: string, keep: number): string {
  const { digits, scale } = read(text)
  if (scale <= keep) return write({ digits: digits * power(keep - scale), scale: keep })
  const unit = power(scale - keep)
  const magnitude = digits < 0n ? -digits : digits
  const rounded = (magnitude + unit / 2n) / unit
  return write({ digits: digits < 0n ? -rounded : rounded, scale: keep })
}

/** The exact sum; of nothing it is 0. */
export function sum(texts: Iterable<string>): string {
  let total: Scaled = { digits: 0n, scale: 0 }
  for (const text of texts) {
    const [a, b, scale] = align(total, read(text))
    total = { digits: a + b, scale }
  }
  return write(total)
}

/** Less than 0, 0, or more than 0. */
export function compare(a: string, b: string): number {
  const [left, right] = align(read(a), read(b))
  return left === right ? 0 : left < right ? -1 : 1
}

/** Digits after the point that carry something. */
export function places(text: string): number {
  return (canonical(text)?.split('.')[1] ?? '').length
}

/**
 * With thousands separators of the language and between `least` and `most` digits after the point. Intl formats
 * decimal strings exactly.
 */
export function group(text: string, language: string, least: number, most: number): string {
  const bounded = Math.min(Math.max(least, most), 20)
  return formatter(language, Math.min(least, bounded), bounded).format(text as Intl.StringNumericLiteral)
}

const formatters = new Map<string, Intl.NumberFormat>()

function formatter(language: string, least: number, most: number): Intl.NumberFormat {
  const key = `${language}/${least}/${most}`
  let found = formatters.get(key)
  if (!found) {
    found = new Intl.NumberFormat(localeTag(language), { minimumFractionDigits: least, maximumFractionDigits: most })
    formatters.set(key, found)
  }
  return found
}

/** The tag that Intl formats by, for a language of the app (`zh_hans`, `zh-Hans`, `en`). */
export function localeTag(language: string): string {
  const code = language.toLowerCase().replaceAll('_', '-')
  if (code === 'zh-hans' || code === 'zh') return 'zh-CN'
  if (code === 'zh-hant') return 'zh-TW'
  return code === 'en' ? 'en-GB' : code
}

/**
 * Reads a number as people write it and spreadsheets paste it: separators of either habit, currency signs,
 * full-width digits, brackets or a trailing minus for negatives. Null if it is none.
 */
export function parseNumber(input: string): string | null {
  let text = input.normalize('NFKC').replace(/[\s\u00a0_']/g, '').replace(/[−–]/g, '-')
  text = text.replace(/^([+-]?)(?:[A-Z]{3}|[A-Z]{0,3}[$€£¥₩₹元])/i, '$1').replace(/(?:[A-Z]{3}|[$€£¥₩₹元])$/i, '')
  const bracketed = /^\((.+)\)$/.exec(text)
  if (bracketed) text = `-${bracketed[1] ?? ''}`
  if (/^[^-].*-$/.test(text)) text = `-${text.slice(0, -1)}`
  return canonical(separators(text))
}

/** Settles which of comma and point is the decimal separator. */
function separators(text: string): string {
  const comma = text.lastIndexOf(',')
  const point = text.lastIndexOf('.')
  if (comma < 0) return (text.match(/\./g) ?? []).length > 1 ? text.replaceAll('.', '') : text
  if (point >= 0) return comma > point ? text.replaceAll('.', '').replace(',', '.') : text.replaceAll(',', '')
  // Only commas: three digits behind each means thousands, anything else a decimal comma.
  if (/^[+-]?\d{1,3}(,\d{3})+$/.test(text)) return text.replaceAll(',', '')
  return /^[+-]?\d*,\d+$/.test(text) ? text.replace(',', '.') : text
}
