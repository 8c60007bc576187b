// A telephone number.
import { type FieldTypeModule, textOf } from './field-type'
import { TextInput } from './widgets/text-input'

export const phone: FieldTypeModule = {
  align: 'start',
  width: 150,
  format: textOf,
  plain: textOf,
  parse: (text) => ({ value: text.trim() === '' ? null : text.trim() }),
  Show: ({ value }) => (value ? <a className="pf-anchor" href={`tel:${textOf(value).replace(/[^+\d]/g, '')}`}>{textOf(value)}</a> : null),
  Edit: (props) => <TextInput {...props} type={phone} inputType="tel" inputMode="tel" />,
}
