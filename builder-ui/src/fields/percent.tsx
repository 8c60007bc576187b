// A share: typed and shown as 15 %, kept as 0.15.
import type { FieldTypeModule } from './field-type'
import { formatNumber, parseFigure, plainNumber } from './numbers'
import { TextInput } from './widgets/text-input'

export const percent: FieldTypeModule = {
  align: 'end',
  width: 84,
  format: (value, field, context) => {
    const figure = formatNumber(value, field, context)
    return figure === '' ? '' : `${figure}%`
  },
  plain: plainNumber,
  parse: parseFigure,
  Edit: (props) => {
    // In the form the sign stands behind the figure, so the figure shows without it.
    const bare = props.cell ? percent : { ...percent, format: formatNumber }
    return <TextInput {...props} type={bare} inputMode="decimal" {...(props.cell ? {} : { suffix: '%' })} />
  },
}
