import { Popover as Kit } from 'antd'
import type { ReactNode } from 'react'

interface PopoverProps {
  open: boolean
  onOpenChange: (open: boolean) => void
  content: ReactNode
  children: ReactNode
  /** The content brings its own edges. */
  flush?: boolean
  placement?: 'bottomLeft' | 'bottomRight' | 'bottom' | 'topLeft' | 'top'
}

export function Popover({ open, onOpenChange, content, children, placement = 'bottomLeft', flush = false }: PopoverProps) {
  return (
    <Kit open={open} onOpenChange={onOpenChange} content={content} trigger="click" placement={placement} arrow={false} destroyOnHidden {...(flush ? { styles: { container: { padding: 0 } } } : {})}>
      {children}
    </Kit>
  )
}
