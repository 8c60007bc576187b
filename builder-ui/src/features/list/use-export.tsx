/** Takes a list out of the system. */
import { lazy, Suspense, useState, type ReactNode } from 'react'
import type { ListQuery } from '@/api/records'
import type { EntityModel } from '@/model/app'

const ExportDialog = lazy(() => import('./export-dialog'))

export function useExport(entity: EntityModel, query: ListQuery): { download: () => void; dialog: ReactNode } {
  const [open, setOpen] = useState(false)
  const dialog = open ? <Suspense fallback={null}><ExportDialog entity={entity} query={query} onClose={() => setOpen(false)} /></Suspense> : null
  return { download: () => setOpen(true), dialog }
}
