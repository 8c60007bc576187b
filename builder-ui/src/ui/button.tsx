import { Button as Kit } from 'antd'
import type { MouseEventHandler, ReactNode, Ref } from 'react'
import { Icon, type IconName } from './icon'

export interface ButtonProps {
  children?: ReactNode
  kind?: 'primary' | 'default' | 'quiet' | 'danger'
  icon?: IconName
  /** Needed where there is no text. */
  label?: string
  size?: 'small' | 'middle' | 'large'
  busy?: boolean
  disabled?: boolean
  submit?: boolean
  wide?: boolean
  autoFocus?: boolean
  href?: string
  download?: boolean | string
  className?: string
  expanded?: boolean
  pressed?: boolean
  onClick?: MouseEventHandler<HTMLElement>
  ref?: Ref<HTMLButtonElement | HTMLAnchorElement>
}

export function Button({ children, kind = 'default', icon, label, size = 'middle', busy = false, submit = false, wide = false, expanded, pressed, ...rest }: ButtonProps) {
  return (
    <Kit
      type={kind === 'primary' ? 'primary' : kind === 'quiet' ? 'text' : 'default'}
      danger={kind === 'danger'}
      icon={icon ? <Icon name={icon} size={size === 'small' ? 14 : 16} /> : undefined}
      size={size}
      loading={busy}
      htmlType={submit ? 'submit' : 'button'}
      block={wide}
      aria-label={label}
      title={label && !children ? label : undefined}
      aria-expanded={expanded}
      aria-pressed={pressed}
      {...rest}
    >
      {children}
    </Kit>
  )
}
