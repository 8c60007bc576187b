// A value as the reader sees it: in lists, on read-only forms, in histories.
import './fields.css'
import type { ShowProps } from './field-type'
import { fieldType } from './registry'

export function FieldValue({ value, field, context, compact = false }: ShowProps) {
  const type = fieldType(field.type)
  const { Show } = type
  return Show ? <Show value={value} field={field} context={context} compact={compact} /> : <>{type.format(value, field, context)}</>
}
