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

/** A calendar or list that belongs to the content but stands elsewhere on the page: a click there is no click outside. */
const ownPopups = '.pf-popover, .pf-popup, .ant-select-dropdown'
let pressed: EventTarget | null = null
document.addEventListener('pointerdown', (event) => { pressed = event.target }, true)
document.addEventListener('keydown', () => { pressed = null }, true)

export function Popover({ open, onOpenChange, content, children, placement = 'bottomLeft', flush = false }: PopoverProps) {
  return (
    <Kit open={open} onOpenChange={(next) => {
        if (next || !(pressed instanceof Element && pressed.closest(ownPopups))) onOpenChange(next)
      }} content={content} trigger="click" placement={placement} arrow={false} destroyOnHidden {...(flush ? { styles: { container: { padding: 0 } } } : {})}>
      {children}
    </Kit>
  )
}
