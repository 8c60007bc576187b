// A line of text whose value is read by the type's `parse`: numbers, codes, dates in a cell. While it has the focus it
// shows exactly what is typed; a value that arrives meanwhile does not replace it.
import '../fields.css'
import { type HTMLAttributes, useEffect, useEffectEvent, useRef, useState } from 'react'
import type { EditProps, FieldTypeModule } from '../field-type'

interface TextInputProps extends EditProps {
  type: Pick<FieldTypeModule, 'plain' | 'format' | 'parse' | 'align'>
  inputMode?: HTMLAttributes<HTMLInputElement>['inputMode']
  inputType?: 'text' | 'email' | 'tel' | 'url'
  autoComplete?: string
  prefix?: string
  suffix?: string
  placeholder?: string
}

export function TextInput(props: TextInputProps) {
  const { id, value, field, context, type, cell, unreadable, onChange, onUnreadable, onBlur } = props
  const [typed, setTyped] = useState<string | null>(() => (cell ? (cell.typed ?? type.plain(value, field, context)) : null))
  const input = useRef<HTMLInputElement>(null)
  const shown = typed ?? unreadable ?? type.format(value, field, context)

  const tell = (text: string): void => {
    const parsed = type.parse(text, field, context)
    if ('value' in parsed) {
      onUnreadable?.(null)
      onChange(parsed.value)
    } else if ('problem' in parsed) {
      // Nothing computes with the value that the text was meant to replace.
      onChange(null)
      onUnreadable?.({ text, problem: parsed.problem, ...(parsed.values ? { values: parsed.values } : {}) })
    }
  }

  // A key that begins the editing of a cell is already part of the entry.
  const begin = useEffectEvent(() => {
    if (!cell) return
    input.current?.focus()
    if (cell.typed === null) input.current?.select()
    else if (cell.typed !== '') tell(cell.typed)
  })
  useEffect(() => begin(), [])

  const frame = [
    'pf-input',
    type.align === 'end' ? 'pf-end' : '',
    props.invalid ? 'pf-invalid' : '',
    props.disabled ? 'pf-disabled' : '',
    cell ? 'pf-cell' : '',
  ]
  return (
    <span className={frame.filter(Boolean).join(' ')}>
      {props.prefix && <span className="pf-affix" aria-hidden="true">{props.prefix}</span>}
      <input
        ref={input}
        id={id}
        type={props.inputType ?? 'text'}
        inputMode={props.inputMode}
        autoComplete={props.autoComplete ?? 'off'}
        spellCheck={false}
        value={shown}
        placeholder={props.placeholder}
        disabled={props.disabled}
        aria-label={cell ? props.label : undefined}
        aria-invalid={props.invalid || undefined}
        aria-describedby={props.describedBy}
        aria-required={props.required || undefined}
        onFocus={() => {
          if (typed === null && unreadable === undefined) setTyped(type.plain(value, field, context))
          else if (typed === null) setTyped(unreadable ?? '')
        }}
        onChange={(event) => {
          setTyped(event.target.value)
          tell(event.target.value)
        }}
        onBlur={() => {
          setTyped(null)
          onBlur?.()
        }}
      />
      {props.suffix && <span className="pf-affix" aria-hidden="true">{props.suffix}</span>}
    </span>
  )
}
