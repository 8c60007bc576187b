import { Checkbox as Kit } from 'antd'
import type { ReactNode } from 'react'

interface CheckboxProps {
  checked: boolean
  onChange: (checked: boolean) => void
  children?: ReactNode
  label?: string
  disabled?: boolean
}

export function Checkbox({ checked, onChange, children, label, disabled }: CheckboxProps) {
  return <Kit checked={checked} disabled={disabled} aria-label={label} onChange={(event) => onChange(event.target.checked)}>{children}</Kit>
}
