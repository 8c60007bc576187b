// A number of a series: the server gives it when the record is first saved.
import { text } from './text'
import type { FieldTypeModule } from './field-type'

export const number: FieldTypeModule = { ...text, width: 128 }
