// A position that people of the firm hold.
import type { FieldTypeModule } from './field-type'
import { reference } from './reference'

export const position: FieldTypeModule = { ...reference, width: 150 }
