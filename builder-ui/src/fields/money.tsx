// An amount of a currency. The currency stands elsewhere (a field, a setting): the context brings its code.
import type { FieldTypeModule } from './field-type'
import { formatNumber, parseFigure, plainNumber } from './numbers'
import { TextInput } from './widgets/text-input'

export const money: FieldTypeModule = {
  align: 'end',
  width: 116,
  format: formatNumber,
  plain: plainNumber,
  parse: parseFigure,
  Show: ({ value, field, context }) => {
    const figure = formatNumber(value, field, context)
    if (figure === '') return null
    return (
      <span className="pf-figure">
        {context.currency && <span className="pf-code">{context.currency}{' '}</span>}
        {figure}
      </span>
    )
  },
  Edit: (props) => (
    <TextInput {...props} type={money} inputMode="decimal" {...(props.context.currency && !props.cell ? { prefix: props.context.currency } : {})} />
  ),
}
