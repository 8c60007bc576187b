/** How a list is laid out: columns, widths, how many stay in sight, how close rows stand. A kept view says it for whoever opens it; what somebody drags is their own until they save it. */
import { useCallback, useMemo } from 'react'
import { isTexts, usePreference, useWidths, type Widths } from '@/api/preferences'
import type { KeptView, ViewSettings } from '@/api/views'

export type Density = 'comfortable' | 'compact'

interface Own {
  pinned?: number
  density?: Density
}

const isOwn = (value: unknown): value is Own =>
  typeof value === 'object' && value !== null
  && ((value as Own).pinned === undefined || typeof (value as Own).pinned === 'number')
  && ((value as Own).density === undefined || (value as Own).density === 'compact' || (value as Own).density === 'comfortable')

export interface Layout {
  columns: string[] | null
  choose: (columns: string[] | null) => void
  widths: Widths
  pinned: number
  setPinned: (pinned: number) => void
  density: Density
  setDensity: (density: Density) => void
  /** Whether something differs from what the view says. */
  changed: boolean
  /** Goes back to what the view says. */
  reset: () => void
  /** What of it a view can keep. */
  settings: Pick<ViewSettings, 'columns' | 'widths' | 'pinned' | 'density'>
}

export function useLayout(view: string, kept: KeptView | undefined): Layout {
  const place = kept ? `kept.${kept.id}` : view
  const says = kept?.settings
  const [columns, choose] = usePreference(`columns.${place}`, isTexts)
  const dragged = useWidths(`view.${place}`)
  const [own, keep] = usePreference(`layout.${place}`, isOwn)
  const widths = useMemo((): Widths => ({ ...dragged, of: { ...says?.widths, ...dragged.of } }), [says, dragged])
  const { of } = widths
  const pinned = own?.pinned ?? says?.pinned ?? 1
  const density = own?.density ?? says?.density ?? 'comfortable'
  const shown = columns ?? says?.columns ?? null
  const { reset: forgetWidths } = dragged
  const reset = useCallback(() => {
    choose(null)
    keep(null)
    forgetWidths()
  }, [choose, keep, forgetWidths])
  const settings = useMemo(() => ({
    ...(shown ? { columns: shown } : {}),
    ...(Object.keys(of).length > 0 ? { widths: { ...of } } : {}),
    ...(pinned === 1 ? {} : { pinned }),
    ...(density === 'comfortable' ? {} : { density }),
  }), [shown, of, pinned, density])
  return {
    columns: shown,
    choose,
    widths,
    pinned,
    setPinned: (next) => keep({ ...own, pinned: next }),
    density,
    setDensity: (next) => keep({ ...own, density: next }),
    changed: columns !== null || own !== null || Object.keys(dragged.of).length > 0,
    reset,
    settings,
  }
}
