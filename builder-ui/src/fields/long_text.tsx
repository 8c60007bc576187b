// Text of several lines. The field grows with it.
import './fields.css'
import { useLayoutEffect, useRef } from 'react'
import { type EditProps, type FieldTypeModule, textOf } from './field-type'
import { TextInput } from './widgets/text-input'

function Area(props: EditProps) {
  const area = useRef<HTMLTextAreaElement>(null)
  const text = textOf(props.value)
  useLayoutEffect(() => {
    const element = area.current
    if (!element) return
    element.style.height = 'auto'
    element.style.height = `${Math.min(element.scrollHeight + 2, 320)}px`
  })
  return (
    <textarea
      ref={area}
      id={props.id}
      rows={2}
      className={`pf-input pf-area${props.invalid ? ' pf-invalid' : ''}${props.disabled ? ' pf-disabled' : ''}`}
      value={text}
      disabled={props.disabled}
      aria-invalid={props.invalid || undefined}
      aria-describedby={props.describedBy}
      aria-required={props.required || undefined}
      onChange={(event) => props.onChange(event.target.value === '' ? null : event.target.value)}
      onBlur={() => props.onBlur?.()}
    />
  )
}

export const long_text: FieldTypeModule = {
  align: 'start',
  width: 240,
  format: textOf,
  plain: textOf,
  parse: (text) => ({ value: text.trim() === '' ? null : text }),
  Show: ({ value }) => (value ? <span className="pf-paragraphs">{textOf(value)}</span> : null),
  Edit: (props) => (props.cell ? <TextInput {...props} type={long_text} /> : <Area {...props} />),
}
