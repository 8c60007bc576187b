// A mail address.
import { type FieldTypeModule, textOf } from './field-type'
import { TextInput } from './widgets/text-input'

export const email: FieldTypeModule = {
  align: 'start',
  width: 200,
  format: textOf,
  plain: textOf,
  parse: (text) => ({ value: text.trim() === '' ? null : text.trim() }),
  Show: ({ value }) => (value ? <a className="pf-anchor" href={`mailto:${textOf(value)}`}>{textOf(value)}</a> : null),
  Edit: (props) => <TextInput {...props} type={email} inputType="email" inputMode="email" />,
}
