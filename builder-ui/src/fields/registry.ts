// The register of field types. A new type is one file here and one in the kernel.
import type { FieldType } from '@/model/app'
import type { Scalar } from '@/model/record'
import { attachment } from './attachment'
import { boolean } from './boolean'
import { choice } from './choice'
import { currency } from './currency'
import { date } from './date'
import { datetime } from './datetime'
import { decimal } from './decimal'
import { department } from './department'
import { email } from './email'
import type { FieldShape, FieldTypeModule, FormatContext } from './field-type'
import { image } from './image'
import { integer } from './integer'
import { lines } from './lines'
import { long_text } from './long_text'
import { money } from './money'
import { multi_choice } from './multi_choice'
import { percent } from './percent'
import { phone } from './phone'
import { reference } from './reference'
import { text } from './text'
import { url } from './url'
import { user } from './user'

const registered: Partial<Record<FieldType, FieldTypeModule>> = {
  text, long_text, integer, decimal, money, percent, boolean, date, datetime, choice, multi_choice, reference, lines,
  user, department, email, phone, url, currency, attachment, image,
}

/** What the app knows of a type. One that it does not know yet is shown as text. */
export function fieldType(type: FieldType): FieldTypeModule {
  return registered[type] ?? text
}

/** A value as text for the reader. */
export function formatValue(value: Scalar | undefined, field: FieldShape, context: FormatContext): string {
  return fieldType(field.type).format(value, field, context)
}
