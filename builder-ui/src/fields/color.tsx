// A colour: its swatch and its code.
import './fields.css'
import { useTranslation } from 'react-i18next'
import { type EditProps, type FieldTypeModule, type Parsed, textOf } from './field-type'
import { Swatch } from './widgets/marks'
import { TextInput } from './widgets/text-input'

function parse(typed: string): Parsed {
  const text = typed.normalize('NFKC').trim().toLowerCase().replace(/^#/, '')
  if (text === '') return { value: null }
  if (/^[0-9a-f]{6}$/.test(text)) return { value: `#${text}` }
  if (/^[0-9a-f]{3}$/.test(text)) return { value: `#${[...text].map((sign) => sign + sign).join('')}` }
  return { problem: 'no_color' }
}

function ColorEdit(props: EditProps) {
  const { t } = useTranslation('fields')
  const value = textOf(props.value)
  return (
    <span className={`pf-color${props.cell ? ' pf-cell' : ''}`}>
      {!props.cell && (
        <input
          type="color"
          className="pf-picker"
          aria-label={t('pick_color', { label: props.label })}
          disabled={props.disabled}
          value={/^#[0-9a-f]{6}$/i.test(value) ? value : '#ffffff'}
          data-empty={value === '' || undefined}
          onChange={(event) => props.onChange(event.target.value.toLowerCase())}
          onBlur={() => props.onBlur?.()}
        />
      )}
      <TextInput {...props} type={color} placeholder="#1a2b3c" />
    </span>
  )
}

export const color: FieldTypeModule = {
  align: 'start',
  width: 112,
  drawn: true,
  format: textOf,
  plain: textOf,
  parse,
  Show: ({ value }) => <Swatch value={textOf(value)} />,
  Edit: ColorEdit,
}
