import { lazy, Suspense, useState, type ReactNode } from 'react'

const Kit = lazy(() => import('./drawer-kit'))

export interface DrawerProps {
  open: boolean
  title: string
  onClose: () => void
  children: ReactNode
  placement?: 'left' | 'right' | 'bottom'
  size?: number | string
  extra?: ReactNode
}

export function Drawer(props: DrawerProps) {
  // Once opened it stays, so that it can go as it came.
  const [needed, setNeeded] = useState(props.open)
  if (props.open && !needed) setNeeded(true)
  return needed ? <Suspense fallback={null}><Kit {...props} /></Suspense> : null
}
