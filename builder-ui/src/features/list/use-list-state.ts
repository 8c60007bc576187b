/** What the list shows, kept in the address so that it can be bookmarked, shared and gone back to. */
import { useMemo } from 'react'
import { useSearchParams } from 'react-router'
import type { View } from '@/model/app'
import { parseSort, sortText, type SortKey } from '@/model/columns'
import { filterFromText, filterToText, type FilterField, type ListFilter } from '@/model/filter'

export interface ListState {
  q: string
  filter: ListFilter
  sort: SortKey[]
  deleted: boolean
  setQ: (q: string) => void
  setFilter: (filter: ListFilter) => void
  setSort: (sort: SortKey[]) => void
  setDeleted: (deleted: boolean) => void
  clear: () => void
}

export function useListState(view: View, fields: FilterField[]): ListState {
  const [parameters, setParameters] = useSearchParams()
  const filterText = parameters.get('filter') ?? ''
  const sortParameter = parameters.get('sort')
  const filter = useMemo(() => filterFromText(filterText, fields), [filterText, fields])
  const sort = useMemo(() => parseSort(sortParameter ?? view.sort.join(',')), [sortParameter, view])

  const set = (name: string, value: string) =>
    setParameters((before) => {
      const next = new URLSearchParams(before)
      if (value) next.set(name, value)
      else next.delete(name)
      return next
    }, { replace: true, preventScrollReset: true })

  return {
    q: parameters.get('q') ?? '',
    filter,
    sort,
    deleted: parameters.get('deleted') === 'true',
    setQ: (q) => set('q', q),
    setFilter: (next) => set('filter', filterToText(next)),
    setSort: (next) => set('sort', sortText(next)),
    setDeleted: (deleted) => set('deleted', deleted ? 'true' : ''),
    clear: () => setParameters({}, { replace: true }),
  }
}
