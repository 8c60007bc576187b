// Yes or no.
import './fields.css'
import { useTranslation } from 'react-i18next'
import { type EditProps, type FieldTypeModule, textOf } from './field-type'
import { fold } from './widgets/fold'

const YES: ReadonlySet<string> = new Set(['yes', 'y', 'true', '1', 'x', '✓', '√', '是', '对', '有'])
const NO: ReadonlySet<string> = new Set(['no', 'n', 'false', '0', '-', '×', '否', '不', '无'])

function Toggle(props: EditProps) {
  const { t } = useTranslation('fields')
  const on = props.value === true
  return (
    <span className={`pf-toggle${props.cell ? ' pf-cell' : ''}`}>
      <button
        type="button"
        role="switch"
        id={props.id}
        className="pf-switch"
        aria-checked={on}
        aria-label={props.label}
        aria-describedby={props.describedBy}
        disabled={props.disabled}
        autoFocus={props.cell !== undefined}
        onClick={() => props.onChange(!on)}
        onBlur={() => props.onBlur?.()}
      >
        <i aria-hidden="true" />
      </button>
      {!props.cell && <span className="pf-toggle-word" aria-hidden="true">{on ? t('yes') : t('no')}</span>}
    </span>
  )
}

export const boolean: FieldTypeModule = {
  align: 'center',
  drawn: true,
  width: 88,
  format: (value, _field, context) =>
    value === true ? (context.words?.yes ?? '✓') : value === false ? (context.words?.no ?? '–') : '',
  plain: (value) => (value === true ? 'true' : value === false ? 'false' : textOf(value)),
  parse: (text) => {
    const word = fold(text)
    if (word === '') return { value: null }
    if (YES.has(word)) return { value: true }
    return NO.has(word) ? { value: false } : { problem: 'no_boolean' }
  },
  Show: ({ value }) => {
    if (value !== true && value !== false) return null
    return <BooleanMark value={value} />
  },
  Edit: Toggle,
}

function BooleanMark({ value }: { value: boolean }) {
  const { t } = useTranslation('fields')
  return <span className={value ? 'pf-yes' : 'pf-no'}>{value ? t('yes') : t('no')}</span>
}
