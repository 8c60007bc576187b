// What a bar code says. Where its kind is known, a wrong check digit is told while one types.
import { type FieldShape, type FieldTypeModule, type Parsed, textOf } from './field-type'
import { TextInput } from './widgets/text-input'

const LENGTHS = { ean13: [13], ean8: [8], upc_a: [12], gtin: [8, 12, 13, 14] } as const

/** GS1: the digits before the last, from the right, count three times and once in turn. */
export function checkDigit(code: string): string {
  const sum = Array.from(code.slice(0, -1)).toReversed().reduce((total, digit, index) => total + Number(digit) * (index % 2 === 0 ? 3 : 1), 0)
  return String((10 - (sum % 10)) % 10)
}

function parse(typed: string, field: FieldShape): Parsed {
  const text = typed.normalize('NFKC').replace(/\s/g, '')
  if (text === '') return { value: null }
  if (!field.symbology) return /^[\x21-\x7e]+$/.test(text) ? { value: text } : { problem: 'no_barcode' }
  const digits = text.replaceAll('-', '')
  const lengths: readonly number[] = LENGTHS[field.symbology]
  if (!/^\d+$/.test(digits) || !lengths.includes(digits.length)) return { problem: 'no_barcode_digits', values: { digits: lengths.join(' / ') } }
  const digit = checkDigit(digits)
  return digits.endsWith(digit) ? { value: digits } : { problem: 'no_check_digit', values: { digit } }
}

export const barcode: FieldTypeModule = {
  align: 'start',
  width: 136,
  format: textOf,
  plain: textOf,
  parse,
  Show: ({ value }) => <span className="pf-digits">{textOf(value)}</span>,
  Edit: (props) => <TextInput {...props} type={barcode} inputMode={props.field.symbology ? 'numeric' : 'text'} />,
}
