// An exact decimal number.
import type { FieldTypeModule } from './field-type'
import { formatNumber, parseFigure, plainNumber } from './numbers'
import { TextInput } from './widgets/text-input'

export const decimal: FieldTypeModule = {
  align: 'end',
  width: 96,
  format: formatNumber,
  plain: plainNumber,
  parse: parseFigure,
  Edit: (props) => <TextInput {...props} type={decimal} inputMode="decimal" />,
}
