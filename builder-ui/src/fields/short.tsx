// Values of the richer types where there is room for a line only, without what edits them: a list loads nothing more.
import type { FieldType } from '@/model/app'
import type { Scalar } from '@/model/record'
import { addressLine } from './addresses'
import { countryName } from './countries'
import { type FieldShape, type FormatContext, listOf, partsOf, textOf } from './field-type'
import { plainOf, readRich } from './rich'
import { formatSpanOf } from './spans'
import { Stars, Swatch, TagList } from './widgets/marks'

type ToText = (value: Scalar | undefined, context: FormatContext) => string

const texts: Partial<Record<FieldType, ToText>> = {
  tags: (value) => listOf(value).join(', '),
  rating: textOf,
  color: textOf,
  barcode: textOf,
  country: (value, { language }) => countryName(textOf(value), language),
  address: (value, { language }) => addressLine(partsOf(value), language),
  geo: (value) => Object.values(partsOf(value)).join(', '),
  duration: (value, { language }) => (textOf(value) === '' ? '' : formatSpanOf(Number(textOf(value)), language)),
  rich_text: (value) => plainOf(readRich(textOf(value))),
  references: (value, { titles }) => listOf(value).map((id) => titles?.[id] ?? '…').join(', '),
  any_reference: (value, { titles }) => titles?.[textOf(value).split('/')[1] ?? ''] ?? '…',
}

/** Whether a type is shown from here. */
export function isShort(type: FieldType): boolean {
  return type in texts
}

export function shortText(type: FieldType, value: Scalar | undefined, context: FormatContext): string {
  return texts[type]?.(value, context) ?? textOf(value)
}

export function Short({ value, field, context }: { value: Scalar | undefined; field: FieldShape; context: FormatContext }) {
  if (field.type === 'tags') return <TagList tags={listOf(value)} compact />
  if (field.type === 'rating') return <Stars now={Number(textOf(value)) || 0} most={Math.min(Number(field.max ?? 5) || 5, 10)} />
  if (field.type === 'color') return <Swatch value={textOf(value)} />
  return <>{shortText(field.type, value, context)}</>
}
