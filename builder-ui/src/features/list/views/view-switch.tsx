/** Which view one looks at: those of the packs, one's own, those of others. */
import { lazy, Suspense, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { KeptView, ViewSettings } from '@/api/views'
import type { View } from '@/model/app'
import { Button } from '@/ui/button'
import { Popover } from '@/ui/popover'
import type { KeptViewsState } from './use-kept-views'
import style from './views.module.css'

const ViewPanel = lazy(() => import('./view-panel'))

export interface ViewSwitchProps {
  view: View
  shown: KeptView | undefined
  state: KeptViewsState
  /** Whether what is shown differs from the view. */
  changed: boolean
  /** What would be kept. */
  settings: () => ViewSettings
  onOpen: (kept: string | null) => void
  /** What was changed here now stands in the view. */
  onKept: (id: string) => void
}

export function ViewSwitch(props: ViewSwitchProps) {
  const { t } = useTranslation()
  const [open, setOpen] = useState(false)
  const { shown, changed } = props
  return (
    <Popover open={open} onOpenChange={setOpen} content={<Suspense fallback={<div className={style.panel} />}><ViewPanel {...props} onClose={() => setOpen(false)} /></Suspense>}>
      <Button icon="star" expanded={open} label={t('list:views.title')}>{shown ? `${shown.label}${changed ? ' •' : ''}` : undefined}</Button>
    </Popover>
  )
}
