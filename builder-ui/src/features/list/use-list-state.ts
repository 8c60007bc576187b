/** What the list shows, kept in the address so that it can be bookmarked, shared and gone back to. What the address does not say, a kept view says, and else the view of the pack. */
import { useMemo } from 'react'
import { useSearchParams } from 'react-router'
import type { KeptView } from '@/api/views'
import type { View } from '@/model/app'
import { parseSort, sortText, type SortKey } from '@/model/columns'
import { filterFromText, filterToText, type FilterField, type ListFilter } from '@/model/filter'
import { keptFilter } from '@/model/shown'

export interface ListState {
  q: string
  filter: ListFilter
  sort: SortKey[]
  deleted: boolean
  /** As what it is shown, and by what, where somebody has chosen that. */
  type: string | null
  by: string | null
  from: string | null
  /** Whether anything differs from the view as it is. */
  changed: boolean
  setQ: (q: string) => void
  setFilter: (filter: ListFilter) => void
  setSort: (sort: SortKey[]) => void
  setDeleted: (deleted: boolean) => void
  setShape: (shape: { type: string; by?: string; from?: string }) => void
  /** Goes to a kept view, or to the view of the pack. */
  open: (kept: string | null) => void
  clear: () => void
}

/** What of an address makes a list what it is. */
const own = ['q', 'filter', 'sort', 'as', 'by', 'from'] as const

export function useListState(view: View, fields: FilterField[], kept: KeptView | undefined): ListState {
  const [parameters, setParameters] = useSearchParams()
  const settings = kept?.settings
  const filterText = parameters.get('filter')
  const sortParameter = parameters.get('sort')
  const filter = useMemo(() => (filterText === null ? keptFilter(settings, fields) : filterFromText(filterText, fields)), [filterText, fields, settings])
  const sort = useMemo(() => parseSort(sortParameter ?? (settings?.sort ?? view.sort).join(',')), [sortParameter, view, settings])

  const change = (changes: Record<string, string | null>) =>
    setParameters((before) => {
      const next = new URLSearchParams(before)
      for (const [name, value] of Object.entries(changes)) {
        if (value === null) next.delete(name)
        else next.set(name, value)
      }
      return next
    }, { replace: true, preventScrollReset: true })
  /** Nothing is only worth a word where the kept view says something. */
  const or = (value: string, keptSays: boolean) => (value === '' && !keptSays ? null : value)

  return {
    q: parameters.get('q') ?? settings?.q ?? '',
    filter,
    sort,
    deleted: parameters.get('deleted') === 'true',
    type: parameters.get('as'),
    by: parameters.get('by'),
    from: parameters.get('from'),
    changed: own.some((name) => parameters.has(name)),
    setQ: (q) => change({ q: or(q, Boolean(settings?.q)) }),
    setFilter: (next) => change({ filter: or(filterToText(next), Boolean(settings?.filter)) }),
    setSort: (next) => change({ sort: or(sortText(next), false) }),
    setDeleted: (deleted) => change({ deleted: deleted ? 'true' : null }),
    setShape: (shape) => change({ as: shape.type, ...(shape.by ? { by: shape.by } : {}), ...(shape.from ? { from: shape.from } : {}) }),
    open: (id) => setParameters(id === null ? {} : { kept: id }, { replace: false }),
    clear: () => setParameters(kept ? { kept: kept.id, ...(settings?.filter ? { filter: '' } : {}), ...(settings?.q ? { q: '' } : {}) } : {}, { replace: true }),
  }
}
