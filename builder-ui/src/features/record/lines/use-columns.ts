// The columns of a line table as the form names them: what can be written, how wide, in which currency.
import { useMemo } from 'react'
import { useStore } from 'zustand'
import { useShallow } from 'zustand/react/shallow'
import { fieldType } from '@/fields/registry'
import type { Field } from '@/model/app'
import { isWritable, useForm } from '../form-context'
import { holds } from '../model/evaluate'
import type { GridColumn } from './grid-row'

const NUMBER = 44
const DROP = 38

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
  return useMemo(() => {
    const columns = fields.map((field, index) => ({ field, writable: open && isWritable(field), currency: currencies[index] ?? null }))
    const widths = fields.map((field) => fieldType(field.type).width)
    const grows = fields.map((field) => fieldType(field.type).align === 'start' && fieldType(field.type).width >= 200)
    const template = [
      `${NUMBER}px`,
      ...widths.map((width, index) => (grows[index] || fields.length === 1 ? `minmax(${width}px, 1.6fr)` : `minmax(${width}px, 1fr)`)),
      `${DROP}px`,
    ].join(' ')
    return { columns, open, template, width: NUMBER + DROP + widths.reduce((total, width) => total + width, 0) }
  }, [fields, currencies, open])
}
