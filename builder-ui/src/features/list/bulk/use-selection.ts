/** Which rows are chosen: some of those that are loaded, or all that the list finds. */
import { useCallback, useMemo, useState } from 'react'
import type { ListRow } from '@/api/records'

export interface Selection {
  /** The chosen rows that are loaded. */
  rows: ListRow[]
  has: (id: string) => boolean
  /** Whether all that the list finds are meant, loaded or not. */
  all: boolean
  count: number
  toggle: (index: number, range: boolean) => void
  chooseLoaded: () => void
  chooseAll: () => void
  clear: () => void
}

export function useSelection(rows: ListRow[], list: string): Selection {
  const [chosen, setChosen] = useState<{ list: string; ids: ReadonlySet<string>; all: boolean; anchor: number }>({ list, ids: new Set(), all: false, anchor: -1 })
  // Another filter finds other rows: what was chosen in the list before is not chosen in this one.
  const now = useMemo(() => (chosen.list === list ? chosen : { list, ids: new Set<string>(), all: false, anchor: -1 }), [chosen, list])
  const toggle = useCallback((index: number, range: boolean) => {
    const row = rows[index]
    if (!row) return
    const ids = new Set(now.all ? rows.map((one) => one.id) : now.ids)
    if (range && now.anchor >= 0) {
      const [from, to] = now.anchor < index ? [now.anchor, index] : [index, now.anchor]
      rows.slice(from, to + 1).forEach((one) => ids.add(one.id))
    } else if (ids.has(row.id)) ids.delete(row.id)
    else ids.add(row.id)
    setChosen({ list, ids, all: false, anchor: range && now.anchor >= 0 ? now.anchor : index })
  }, [rows, now, list])
  const found = useMemo(() => rows.filter((row) => now.all || now.ids.has(row.id)), [rows, now])
  return {
    rows: found,
    has: (id) => now.all || now.ids.has(id),
    all: now.all,
    count: found.length,
    toggle,
    chooseLoaded: () => setChosen({ list, ids: new Set(found.length === rows.length ? [] : rows.map((row) => row.id)), all: false, anchor: -1 }),
    chooseAll: () => setChosen({ list, ids: new Set(), all: true, anchor: -1 }),
    clear: () => setChosen({ list, ids: new Set(), all: false, anchor: -1 }),
  }
}
