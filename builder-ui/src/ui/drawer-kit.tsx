/** The kit's drawer, loaded when the first one opens. */
import { Drawer as Kit } from 'antd'
import type { DrawerProps } from './drawer'

export default function DrawerKit({ open, title, onClose, children, placement = 'right', size = 400, extra }: DrawerProps) {
  return (
    <Kit open={open} title={title} onClose={onClose} placement={placement} size={size} extra={extra} destroyOnHidden styles={{ body: { padding: 0 } }}>
      {children}
    </Kit>
  )
}
