// The columns of a line table as the form names them: what can be written, how wide, in which currency.
import { useMemo, useState } from 'react'
import { useStore } from 'zustand'
import { useShallow } from 'zustand/react/shallow'
import { fieldType } from '@/fields/registry'
import type { Field } from '@/model/app'
import { isWritable, useForm } from '../form-context'
import { holds } from '../model/evaluate'
import { linesOf } from '../model/paths'
import type { GridColumn } from './grid-row'

const NUMBER = 40
const DROP = 36
const LEAST = 64
const MOST = 260
/** Text gives way down to this before the grid scrolls sideways. */
const TEXT = 124
/** So many lines tell how wide the columns must be. */
const SAMPLE = 30

export interface Columns {
  columns: GridColumn[]
  /** Whether lines can be added, moved and removed. */
  open: boolean
  template: string
  width: number
}

export function useColumns(table: Field, names: readonly string[]): Columns {
  const { form, access, evaluator } = useForm()
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
  const needs = useContentWidths(table.name, fields, currencies)
  return useMemo(() => {
    const columns = fields.map((field, index) => ({ field, writable: open && isWritable(field), currency: currencies[index] ?? null }))
    const widths = fields.map((field, index) => needs[index] ?? fieldType(field.type).width)
    // What is read as text takes the room that is left.
    const grows = fields.map((field, index) => index === 0 || field.type === 'text' || field.type === 'long_text')
    const least = widths.map((width, index) => (grows[index] ? Math.min(width, TEXT) : width))
    const template = [
      `${NUMBER}px`,
      ...widths.map((width, index) => (grows[index] ? `minmax(${least[index]}px, ${width}fr)` : `${width}px`)),
      `${DROP}px`,
    ].join(' ')
    return { columns, open, template, width: NUMBER + DROP + least.reduce((total, width) => total + width, 0) }
  }, [fields, currencies, needs, open])
}

/** As wide as heading and contents ask for, when the grid opens and when lines come or go; never narrower than it was. */
function useContentWidths(table: string, fields: readonly Field[], currencies: readonly (string | null)[]): readonly number[] {
  const { form, language } = useForm()
  const count = useStore(form.store, (state) => linesOf(state.values, table).length)
  const titles = useStore(form.store, (state) => state.titles)
  const [known, setKnown] = useState<{ fields: readonly Field[]; widths: readonly number[] }>({ fields, widths: [] })
  const lines = linesOf(form.store.getState().values, table).slice(0, SAMPLE)
  const wanted = useMemo(
    () =>
      fields.map((field, index) => {
        const heading = textWidth(field.label) * 0.88 + (field.required ? 12 : 0) + (currencies[index] ? 32 : 0)
        const context = { language, titles, currency: currencies[index] ?? null }
        const type = fieldType(field.type)
        const contents = lines.map((line) => textWidth(type.format(line[field.name] ?? null, field, context)))
        // An empty table shows what its types usually need.
        const widest = Math.max(heading, ...contents, count === 0 ? type.width - 20 : 0)
        return Math.round(Math.min(Math.max(widest + 17, LEAST), index === 0 ? MOST : 180))
      }),
    // The lines are looked at when they come or go, not with every key.
    // oxlint-disable-next-line react/exhaustive-deps
    [fields, currencies, language, titles, count],
  )
  const before = known.fields === fields ? known.widths : []
  const widths = wanted.map((width, index) => (count === 0 ? width : Math.max(width, before.length > 0 && known.fields === fields ? (before[index] ?? 0) : 0)))
  if (known.fields !== fields || widths.some((width, index) => width !== known.widths[index])) setKnown({ fields, widths })
  return known.fields === fields && known.widths.length === widths.length ? known.widths : widths
}

/** About how wide a text is drawn: Chinese characters are as wide as they are high. */
function textWidth(text: string): number {
  let width = 0
  for (const char of text) width += (char.codePointAt(0) ?? 0) > 0x2e80 ? 14 : /[mwMW@%]/.test(char) ? 11 : /[ilj.,'|:;]/.test(char) ? 4 : 7.6
  return width
}
