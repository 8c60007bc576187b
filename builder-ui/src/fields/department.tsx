// A department.
import type { FieldTypeModule } from './field-type'
import { reference } from './reference'

export const department: FieldTypeModule = {
  ...reference,
  width: 160,
  Show: ({ value, field, context }) => <>{reference.format(value, field, context)}</>,
}
