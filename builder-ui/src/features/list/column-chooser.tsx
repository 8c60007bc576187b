import { lazy, Suspense, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { ViewColumn } from '@/model/app'
import { Button } from '@/ui/button'
import { Popover } from '@/ui/popover'
import type { Density } from './use-layout'
import style from './column-chooser.module.css'

export interface ColumnChooserProps {
  offered: ViewColumn[]
  shown: ViewColumn[]
  onChange: (paths: string[] | null) => void
  pinned: number
  onPin: (pinned: number) => void
  density: Density
  onDensity: (density: Density) => void
}

/** Which columns, in which order; remembered for this view. */
const ColumnPanel = lazy(() => import('./column-panel'))

export function ColumnChooser(props: ColumnChooserProps) {
  const { t } = useTranslation()
  const [open, setOpen] = useState(false)
  return (
    <Popover open={open} onOpenChange={setOpen} placement="bottomRight" content={<Suspense fallback={<div className={style.panel} />}><ColumnPanel {...props} /></Suspense>}>
      <Button icon="columns" expanded={open} label={t('list:columns.title')} />
    </Popover>
  )
}
