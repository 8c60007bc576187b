// Messages of a line table, found by line, so that a line is drawn again only when its own change.
import { useMemo } from 'react'
import { useStore } from 'zustand'
import { useShallow } from 'zustand/react/shallow'
import type { Field } from '@/model/app'
import type { Line } from '@/model/record'
import { useForm } from '../form-context'
import { isRequired } from '../model/evaluate'
import { asLinePlace, linePath } from '../model/paths'
import { shownAt, type Shown } from '../model/problems'
import type { Unreadable } from '../model/store'
import { isEmptyLine } from '../model/values'

export interface LineProblems {
  of(line: Line): Record<string, Shown> | undefined
  unreadable: Readonly<Record<string, Record<string, Unreadable>>>
}

export function useLineProblems(table: Field): LineProblems {
  const { form, evaluator } = useForm()
  const told = useStore(
    form.store,
    useShallow((state) => ({ unreadable: state.unreadable, refused: state.refused, drafted: state.drafted, touched: state.touched, attempted: state.attempted })),
  )
  // Where a condition asks for a value, what it reads in the header counts as well.
  const conditional = Object.values(table.fields ?? {}).some((field) => field.required_when !== undefined)
  const values = useStore(form.store, (state) => (conditional ? state.values : null))
  return useMemo(() => {
    const unreadable: Record<string, Record<string, Unreadable>> = {}
    for (const [path, found] of Object.entries(told.unreadable)) {
      const place = asLinePlace(path)
      if (place?.lines === table.name && place.field !== undefined) (unreadable[place.id] ??= {})[place.field] = found
    }
    // Lines that are known to have nothing wrong are not looked at again.
    const known = new WeakMap<Line, Record<string, Shown> | null>()
    const spoken = new Set(
      [...told.touched, ...Object.keys(told.unreadable), ...told.refused.map((one) => one.path), ...told.drafted.map((one) => one.path)]
        .flatMap((path) => { const place = asLinePlace(path); return place?.lines === table.name ? [place.id] : [] }),
    )
    const of = (line: Line): Record<string, Shown> | undefined => {
      if (!told.attempted && !spoken.has(line.id)) return undefined
      let found = known.get(line)
      if (found === undefined) {
        found = lineProblems(line)
        known.set(line, found)
      }
      return found ?? undefined
    }
    const lineProblems = (line: Line): Record<string, Shown> | null => {
      const empty = isEmptyLine(line, table.fields ?? {})
      const out: Record<string, Shown> = {}
      for (const field of Object.values(table.fields ?? {})) {
        const [first] = shownAt(told, linePath(table.name, line.id, field.name), field, line[field.name], !empty && isRequired(evaluator, field, { values: values ?? {}, table: table.name, line }))
        if (first) out[field.name] = first
      }
      return Object.keys(out).length > 0 ? out : null
    }
    return { of, unreadable }
  }, [told, table, evaluator, values])
}
