import { Modal } from 'antd'
import type { ReactNode } from 'react'

/** A panel near the top of the window with nothing around its content. */
export function Overlay({ title, onClose, children }: { title: string; onClose: () => void; children: ReactNode }) {
  return (
    <Modal
      open
      onCancel={onClose}
      footer={null}
      closable={false}
      width={620}
      style={{ top: 72 }}
      title={<span className="visually-hidden">{title}</span>}
      styles={{ header: { margin: 0 }, container: { padding: 0 } }}
    >
      {children}
    </Modal>
  )
}
