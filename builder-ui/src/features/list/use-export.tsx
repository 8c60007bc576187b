/** Takes a list out of the system: asked first how much it is, since much is given only for a reason. */
import { lazy, Suspense, useState, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { get, url } from '@/api/client'
import type { ListQuery } from '@/api/records'
import { errorText } from '@/locales/i18n'
import { useToast } from '@/ui/toast'

const Reason = lazy(() => import('./export-reason'))

export interface Extent {
  rows: number
  most: number
  reason: boolean
}

export function useExport(entity: string, query: ListQuery): { download: () => void; dialog: ReactNode } {
  const { t } = useTranslation()
  const toast = useToast()
  const [extent, setExtent] = useState<Extent | null>(null)
  const path = `/api/export/${entity}.csv`
  const { view, filter, q, sort, columns } = query
  const asked = { view, filter, q, sort, columns }
  const take = (reason?: string) => {
    setExtent(null)
    window.location.assign(url(path, { ...asked, reason }))
  }
  const download = async () => {
    try {
      const found = await get<Extent>(path, { ...asked, check: 1 })
      if (found.reason || found.rows > found.most) setExtent(found)
      else take()
    } catch (cause) {
      toast.error(errorText(cause, t))
    }
  }
  const dialog = extent ? <Suspense fallback={null}><Reason extent={extent} onTake={take} onClose={() => setExtent(null)} /></Suspense> : null
  return { download: () => void download(), dialog }
}
