import { Input } from 'antd'
import type { InputRef } from 'antd'
import type { KeyboardEvent, ReactNode, Ref } from 'react'

export type TextInputHandle = InputRef

export interface TextInputProps {
  value: string
  onChange: (value: string) => void
  id?: string
  name?: string
  type?: 'text' | 'email' | 'password' | 'search' | 'number' | 'date' | 'datetime-local'
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
  clearable?: boolean
  size?: 'small' | 'middle' | 'large'
  className?: string
  inputMode?: 'text' | 'decimal' | 'numeric' | 'search' | 'email'
  onEnter?: () => void
  onKeyDown?: (event: KeyboardEvent<HTMLInputElement>) => void
  onBlur?: () => void
  ref?: Ref<InputRef>
}

export function TextInput({ value, onChange, label, invalid, describedBy, clearable, onEnter, type = 'text', ...rest }: TextInputProps) {
  const shared = {
    value,
    onChange: (event: { target: { value: string } }) => onChange(event.target.value),
    onPressEnter: onEnter ? () => onEnter() : undefined,
    'aria-label': label,
    'aria-invalid': invalid || undefined,
    'aria-describedby': describedBy,
    status: invalid ? ('error' as const) : undefined,
    allowClear: clearable ?? false,
    ...rest,
  }
  return type === 'password' ? <Input.Password {...shared} /> : <Input type={type} {...shared} />
}
