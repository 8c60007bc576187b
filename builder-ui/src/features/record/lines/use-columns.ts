// The columns of a line table as the form names them: what can be written, how wide, in which currency.
import { useMemo, useState } from 'react'
import { useStore } from 'zustand'
import { useShallow } from 'zustand/react/shallow'
import { fieldType } from '@/fields/registry'
import { useWidths, type Widths } from '@/api/preferences'
import type { Field } from '@/model/app'
import { textWidth } from '@/model/text-width'
import { isWritable, useForm } from '../form-context'
import { holds } from '../model/evaluate'
import { linesOf } from '../model/paths'
import type { GridColumn } from './grid-row'
import { totalOf } from './totals'

const NUMBER = 40
const DROP = 36
const LEAST = 64
const MOST = 260
/** Text gives way down to this before the grid scrolls sideways. */
const TEXT = 100
/** Totals are set in bold. */
const BOLD = 1.07
/** So many lines tell how wide the columns must be. */
const SAMPLE = 30

export interface Columns {
  columns: GridColumn[]
  /** Whether lines can be added, moved and removed. */
  open: boolean
  template: string
  width: number
  /** Widths that somebody has dragged; they hold whatever the contents are. */
  widths: Widths
}

export function useColumns(table: Field, names: readonly string[], totals: readonly string[]): Columns {
  const { form, access, evaluator, entity } = useForm()
  const widths = useWidths(`${entity.name}.${table.name}`)
  const fields = useMemo(() => {
    const all = table.fields ?? {}
    const named = names.length > 0 ? names.flatMap((name) => all[name] ?? []) : Object.values(all)
    return named.filter((field) => field.type !== 'lines')
  }, [table, names])
  const open =
    useStore(form.store, (state) => !holds(evaluator, table.read_only, { values: state.values }, false)) &&
    access.mayWrite(table.name) && table.writable
  // A currency that stands in the header is the same for all lines; one in the line differs and is not shown above.
  const currencies = useStore(
    form.store,
    useShallow((state) =>
      fields.map((field) => {
        const code = field.currency === undefined ? undefined : evaluator.value(field.currency, { values: state.values, table: table.name })
        return typeof code === 'string' ? code : null
      }),
    ),
  )
  const needs = useContentWidths(table.name, fields, currencies, totals)
  return useMemo(() => {
    const columns = fields.map((field, index) => ({ field, writable: open && isWritable(field), currency: currencies[index] ?? null }))
    const wide = fields.map((field, index) => widths.of[field.name] ?? needs[index] ?? fieldType(field.type).width)
    // What is read as text takes the room that is left.
    const grows = fields.map((field, index) => widths.of[field.name] === undefined && (index === 0 || field.type === 'text' || field.type === 'long_text'))
    const least = wide.map((width, index) => (grows[index] ? Math.min(width, TEXT) : width))
    const template = [
      `${NUMBER}px`,
      ...wide.map((width, index) => (grows[index] ? `minmax(${least[index]}px, ${width}fr)` : `${width}px`)),
      // Where nothing may grow, the end of the row does.
      grows.includes(true) ? `${DROP}px` : `minmax(${DROP}px, 1fr)`,
    ].join(' ')
    return { columns, open, template, widths, width: NUMBER + DROP + least.reduce((total, width) => total + width, 0) }
  }, [fields, currencies, needs, open, widths])
}

/** As wide as heading and contents ask for, when the grid opens and when lines come or go; never narrower than it was. */
function useContentWidths(table: string, fields: readonly Field[], currencies: readonly (string | null)[], totals: readonly string[]): readonly number[] {
  const { form, language } = useForm()
  const count = useStore(form.store, (state) => linesOf(state.values, table).length)
  const titles = useStore(form.store, (state) => state.titles)
  const [known, setKnown] = useState<{ fields: readonly Field[]; widths: readonly number[] }>({ fields, widths: [] })
  const all = linesOf(form.store.getState().values, table)
  const lines = all.slice(0, SAMPLE)
  const wanted = useMemo(
    () =>
      fields.map((field, index) => {
        const heading = textWidth(field.label) * 0.88 + (field.required ? 12 : 0) + (currencies[index] ? 32 : 0)
        const context = { language, titles, currency: currencies[index] ?? null }
        const type = fieldType(field.type)
        if (type.fixed) return Math.round(Math.max(heading + 17, type.width))
        const contents = lines.map((line) => textWidth(type.format(line[field.name] ?? null, field, context)))
        // An empty table shows what its types usually need.
        const sum = totals.includes(field.name) ? textWidth(type.format(totalOf(all, field.name), field, context)) * BOLD : 0
        const widest = Math.max(heading, sum, ...contents, count === 0 ? type.width - 20 : 0)
        return Math.round(Math.min(Math.max(widest + 17, LEAST), index === 0 ? MOST : 180))
      }),
    // The lines are looked at when they come or go, not with every key.
    // oxlint-disable-next-line react/exhaustive-deps
    [fields, currencies, language, titles, totals, count],
  )
  const before = known.fields === fields ? known.widths : []
  const widths = wanted.map((width, index) => (count === 0 ? width : Math.max(width, before.length > 0 && known.fields === fields ? (before[index] ?? 0) : 0)))
  if (known.fields !== fields || widths.some((width, index) => width !== known.widths[index])) setKnown({ fields, widths })
  return known.fields === fields && known.widths.length === widths.length ? known.widths : widths
}
