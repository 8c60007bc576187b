// The register of field types. A new type is one file here and one in the kernel.
import type { FieldType } from '@/model/app'
import type { Scalar } from '@/model/record'
import { address } from './address'
import { any_reference } from './any_reference'
import { attachment } from './attachment'
import { barcode } from './barcode'
import { boolean } from './boolean'
import { choice } from './choice'
import { color } from './color'
import { country } from './country'
import { currency } from './currency'
import { date } from './date'
import { datetime } from './datetime'
import { decimal } from './decimal'
import { department } from './department'
import { duration } from './duration'
import { email } from './email'
import type { FieldShape, FieldTypeModule, FormatContext } from './field-type'
import { geo } from './geo'
import { image } from './image'
import { integer } from './integer'
import { json } from './json'
import { lines } from './lines'
import { long_text } from './long_text'
import { money } from './money'
import { multi_choice } from './multi_choice'
import { number } from './number'
import { percent } from './percent'
import { phone } from './phone'
import { position } from './position'
import { rating } from './rating'
import { reference } from './reference'
import { references } from './references'
import { rich_text } from './rich_text'
import { signature } from './signature'
import { tags } from './tags'
import { text } from './text'
import { time } from './time'
import { url } from './url'
import { user } from './user'

const registered: Record<FieldType, FieldTypeModule> = {
  text, long_text, rich_text, integer, decimal, money, percent, boolean, date, time, datetime, duration, choice,
  multi_choice, tags, reference, references, any_reference, lines, user, department, position, attachment, image,
  signature, email, phone, url, country, currency, address, geo, barcode, color, rating, number, json,
}

/** What the app knows of a type. One that a newer server has is shown as text. */
export function fieldType(type: FieldType): FieldTypeModule {
  return registered[type] ?? text
}

/** A value as text for the reader. */
export function formatValue(value: Scalar | undefined, field: FieldShape, context: FormatContext): string {
  return fieldType(field.type).format(value, field, context)
}
