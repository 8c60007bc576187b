// What the number types share: digits that are shown and stored, and reading what is typed.
import { canonical, group, isDecimal, parseNumber, places, round, shift } from './exact'
import { type FieldShape, type FormatContext, type Parsed, textOf } from './field-type'
import type { Scalar } from '@/model/record'

/** Digits after the point that are stored; the kernel's defaults. */
export function storedScale(field: FieldShape): number {
  if (field.type === 'integer') return 0
  return field.scale ?? (field.type === 'money' ? 2 : field.type === 'percent' ? 4 : 6)
}

const NO_MINOR_UNIT: ReadonlySet<string> = new Set(['JPY', 'KRW', 'VND', 'CLP', 'ISK'])

/** Fewest and most digits after the point on the screen. */
export function shownDigits(field: FieldShape, context: FormatContext): [number, number] {
  const scale = storedScale(field)
  switch (field.type) {
    case 'integer':
      return [0, 0]
    case 'money': {
      if (field.display !== undefined) return [field.display, field.display]
      const usual = context.currency && NO_MINOR_UNIT.has(context.currency) && scale <= 2 ? 0 : 2
      return [Math.min(usual, scale), scale]
    }
    case 'percent':
      return field.display === undefined ? [0, Math.max(0, scale - 2)] : [field.display, field.display]
    default:
      return field.display === undefined ? [0, scale] : [field.display, field.display]
  }
}

/** The figure alone, grouped: of a percent the one before the sign. */
export function formatNumber(value: Scalar | undefined, field: FieldShape, context: FormatContext): string {
  const text = textOf(value)
  const exact = canonical(text)
  if (exact === null) return text
  const [least, most] = shownDigits(field, context)
  // The minus sign proper: as wide as a plus, and never a line's end.
  return group(field.type === 'percent' ? shift(exact, 2) : exact, context.language, least, most).replace('-', '−')
}

/** The figure as one edits it: no separators, every digit that is stored. */
export function plainNumber(value: Scalar | undefined, field: FieldShape): string {
  const text = textOf(value)
  const exact = canonical(text)
  if (exact === null) return text
  return canonical(field.type === 'percent' ? shift(exact, 2) : exact) ?? text
}

/** Reads a figure and rounds it as the server will. A percent is typed as 15 or 15 % and stored as 0.15. */
export function parseFigure(text: string, field: FieldShape): Parsed {
  const trimmed = text.normalize('NFKC').trim()
  if (trimmed === '') return { value: null }
  const bare = field.type === 'percent' ? trimmed.replace(/\s*%$/, '') : trimmed
  const read = parseNumber(bare)
  if (read === null) return { problem: 'no_number' }
  const exact = field.type === 'percent' ? canonical(shift(read, -2)) : read
  if (exact === null || exact.replace(/\D/g, '').length > 26) return { problem: 'too_long' }
  if (field.type === 'integer') {
    if (places(exact) > 0) return { problem: 'no_integer' }
    const value = Number(exact)
    return Number.isSafeInteger(value) ? { value } : { problem: 'too_long' }
  }
  const scale = storedScale(field)
  const stored = places(exact) > scale ? round(exact, scale) : exact
  return { value: canonical(stored) }
}

/** Whether a value is a number in wire form. */
export function isNumber(value: Scalar | undefined): value is string | number {
  return typeof value === 'number' ? Number.isFinite(value) : typeof value === 'string' && isDecimal(value)
}
