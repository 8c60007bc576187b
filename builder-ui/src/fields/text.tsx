// A line of text.
import { type FieldTypeModule, textOf } from './field-type'
import { TextInput } from './widgets/text-input'

export const text: FieldTypeModule = {
  align: 'start',
  width: 100,
  format: textOf,
  plain: textOf,
  parse: (typed) => ({ value: typed.trim() === '' ? null : typed }),
  Edit: (props) => <TextInput {...props} type={text} inputType="text" inputMode="text" />,
}
