import { Modal } from 'antd'
import type { ReactNode } from 'react'

interface DialogProps {
  open: boolean
  title: string
  onClose: () => void
  children: ReactNode
  /** Buttons; without them the dialog has none. */
  footer?: ReactNode
  width?: number
  closable?: boolean
}

export function Dialog({ open, title, onClose, children, footer = null, width = 480, closable = true }: DialogProps) {
  return (
    <Modal open={open} title={title} onCancel={onClose} footer={footer} width={width} centered destroyOnHidden closable={closable} mask={{ closable }} keyboard={closable}>
      {children}
    </Modal>
  )
}
