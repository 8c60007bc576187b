import { lazy, Suspense, useState, type ReactNode } from 'react'

const Modal = lazy(() => import('./modal'))

export interface DialogProps {
  open: boolean
  title: string
  onClose: () => void
  children: ReactNode
  /** Buttons; without them the dialog has none. */
  footer?: ReactNode
  width?: number | string
  closable?: boolean
}

export function Dialog(props: DialogProps) {
  // Once opened it stays, so that it can go as it came.
  const [needed, setNeeded] = useState(props.open)
  if (props.open && !needed) setNeeded(true)
  return needed ? <Suspense fallback={null}><Modal {...props} /></Suspense> : null
}
