import { Popover as Kit } from 'antd'
import type { ReactNode } from 'react'

interface PopoverProps {
  open: boolean
  onOpenChange: (open: boolean) => void
  content: ReactNode
  children: ReactNode
  placement?: 'bottomLeft' | 'bottomRight' | 'bottom' | 'topLeft' | 'top'
}

export function Popover({ open, onOpenChange, content, children, placement = 'bottomLeft' }: PopoverProps) {
  return (
    <Kit open={open} onOpenChange={onOpenChange} content={content} trigger="click" placement={placement} arrow={false} destroyOnHidden>
      {children}
    </Kit>
  )
}
