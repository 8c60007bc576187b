/** The kit's dialog, loaded when the first one opens: lists and home do without it. */
import { Modal as Kit } from 'antd'
import type { DialogProps } from './dialog'

export default function Modal({ open, title, onClose, children, footer = null, width = 480, closable = true }: DialogProps) {
  return (
    <Kit open={open} title={title} onCancel={onClose} footer={footer} width={width} centered destroyOnHidden closable={closable} mask={{ closable }} keyboard={closable}>
      {children}
    </Kit>
  )
}
