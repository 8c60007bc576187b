/** One line of text, in the frame that the controls of field types have as well. */
import './input.css'
import { useRef, type HTMLAttributes, type KeyboardEvent, type ReactNode, type Ref } from 'react'
import { Icon } from './icon'

export interface TextInputProps {
  value: string
  onChange: (value: string) => void
  id?: string
  name?: string
  type?: 'text' | 'email' | 'password' | 'search' | 'number' | 'datetime-local'
  label?: string
  placeholder?: string
  autoComplete?: string
  autoFocus?: boolean
  disabled?: boolean
  required?: boolean
  invalid?: boolean
  describedBy?: string
  prefix?: ReactNode
  suffix?: ReactNode
  /** What the button that empties it is called; without it there is none. */
  clear?: string
  size?: 'small' | 'large'
  className?: string
  inputMode?: HTMLAttributes<HTMLInputElement>['inputMode']
  onEnter?: () => void
  onKeyDown?: (event: KeyboardEvent<HTMLInputElement>) => void
  onBlur?: () => void
  ref?: Ref<HTMLInputElement>
}

export function TextInput({ value, onChange, label, invalid, describedBy, prefix, suffix, clear, size, className, disabled, onEnter, onKeyDown, type = 'text', ref, ...rest }: TextInputProps) {
  const frame = useRef<HTMLSpanElement>(null)
  const classes = ['pf-input', size ? `pf-${size}` : '', invalid ? 'pf-invalid' : '', disabled ? 'pf-disabled' : '', className ?? '']
  return (
    <span ref={frame} className={classes.filter(Boolean).join(' ')}>
      {prefix ? <span className="pf-affix" aria-hidden="true">{prefix}</span> : null}
      <input
        ref={ref}
        type={type}
        value={value}
        disabled={disabled}
        aria-label={label}
        aria-invalid={invalid || undefined}
        aria-describedby={describedBy}
        onChange={(event) => onChange(event.target.value)}
        onKeyDown={(event) => {
          onKeyDown?.(event)
          if (event.key === 'Enter' && !event.nativeEvent.isComposing) onEnter?.()
        }}
        {...rest}
      />
      {clear && value !== '' && !disabled ? (
        <button
          type="button"
          className="pf-icon pf-stay"
          aria-label={clear}
          onClick={() => {
            onChange('')
            frame.current?.querySelector('input')?.focus()
          }}
        >
          <Icon name="close" size={14} />
        </button>
      ) : null}
      {typeof suffix === 'string' ? <span className="pf-affix" aria-hidden="true">{suffix}</span> : suffix}
    </span>
  )
}
