// An object or a list as JSON. What is no JSON is told where it is typed.
import './fields.css'
import { useState } from 'react'
import { type EditProps, type FieldTypeModule, type Parsed, textOf } from './field-type'
import { TextInput } from './widgets/text-input'

function parse(typed: string): Parsed {
  if (typed.trim() === '') return { value: null }
  try {
    const read: unknown = JSON.parse(typed)
    return typeof read === 'object' && read !== null ? { value: JSON.stringify(read) } : { problem: 'no_json' }
  } catch {
    return { problem: 'no_json' }
  }
}

/** With a line a member, as people read it. */
function spread(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2)
  } catch {
    return text
  }
}

function Area(props: EditProps) {
  const [typed, setTyped] = useState<string | null>(null)
  return (
    <textarea
      id={props.id}
      rows={4}
      spellCheck={false}
      className={`pf-input pf-area pf-source${props.invalid ? ' pf-invalid' : ''}${props.disabled ? ' pf-disabled' : ''}`}
      value={typed ?? props.unreadable ?? spread(textOf(props.value))}
      disabled={props.disabled}
      aria-invalid={props.invalid || undefined}
      aria-describedby={props.describedBy}
      aria-required={props.required || undefined}
      placeholder="{ }"
      onChange={(event) => {
        const text = event.target.value
        setTyped(text)
        const parsed = parse(text)
        if ('value' in parsed) {
          props.onUnreadable?.(null)
          props.onChange(parsed.value)
        } else if ('problem' in parsed) {
          props.onUnreadable?.({ text, problem: parsed.problem })
        }
      }}
      onBlur={() => {
        setTyped(null)
        props.onBlur?.()
      }}
    />
  )
}

export const json: FieldTypeModule = {
  align: 'start',
  width: 200,
  format: textOf,
  plain: textOf,
  parse,
  Show: ({ value, compact }) => (compact ? <>{textOf(value)}</> : <pre className="pf-source">{spread(textOf(value))}</pre>),
  Edit: (props) => (props.cell ? <TextInput {...props} type={json} /> : <Area {...props} />),
}
