// A line table. The record page draws it as a grid; elsewhere only the number of lines is told.
import type { FieldTypeModule } from './field-type'

export const lines: FieldTypeModule = {
  align: 'end',
  width: 80,
  format: (value) => (Array.isArray(value) ? String(value.length) : ''),
  plain: (value) => (Array.isArray(value) ? String(value.length) : ''),
  parse: () => ({ problem: 'no_value' }),
  Edit: () => null,
}
