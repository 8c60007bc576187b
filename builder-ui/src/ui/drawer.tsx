import { Drawer as Kit } from 'antd'
import type { ReactNode } from 'react'

interface DrawerProps {
  open: boolean
  title: string
  onClose: () => void
  children: ReactNode
  placement?: 'left' | 'right' | 'bottom'
  size?: number | string
  extra?: ReactNode
}

export function Drawer({ open, title, onClose, children, placement = 'right', size = 400, extra }: DrawerProps) {
  return (
    <Kit open={open} title={title} onClose={onClose} placement={placement} size={size} extra={extra} destroyOnHidden styles={{ body: { padding: 0 } }}>
      {children}
    </Kit>
  )
}
