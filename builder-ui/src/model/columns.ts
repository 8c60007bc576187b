/** Which columns a list shows, and what it must ask the server for to show them. */
import type { AppModel, EntityModel, View, ViewColumn } from './app'
import { placeOf } from './expression/reads'
import { filterFields } from './filter'

/** Every column that the chooser offers: the view's own, then the other fields of the entity. */
export function offeredColumns(view: View, entity: EntityModel, systemLabel: (name: string) => string): ViewColumn[] {
  const own = new Set(view.columns.map((column) => column.path))
  const others = filterFields(entity, systemLabel)
    .filter((field) => !own.has(field.path) && field.type !== 'long_text')
    .map((field): ViewColumn => {
      const full = entity.fields[field.path]
      return {
        path: field.path, label: field.label, type: field.type,
        ...(field.options ? { options: field.options } : {}),
        ...(field.to ? { to: field.to } : {}),
        ...(full?.scale === undefined ? {} : { scale: full.scale }),
        ...(full?.display === undefined ? {} : { display: full.display }),
        ...(full?.currency === undefined ? {} : { currency: full.currency }),
      }
    })
  return [...view.columns, ...others]
}

/** The chosen columns in the order chosen; what is no longer offered is left out. */
export function chosenColumns(offered: ViewColumn[], view: View, chosen: string[] | null): ViewColumn[] {
  if (!chosen) return view.columns
  const found = chosen.flatMap((path) => offered.find((column) => column.path === path) ?? [])
  return found.length > 0 ? found : view.columns
}

/** The row's path to the currency of a column: across the same references as the amount. */
export function currencyPath(column: ViewColumn): string | null {
  const place = column.currency === undefined ? null : placeOf(column.currency)
  if (!place || !('path' in place)) return null
  const prefix = column.path.includes('.') ? column.path.slice(0, column.path.lastIndexOf('.') + 1) : ''
  return prefix + place.path
}

export function currencyOf(column: ViewColumn, row: Record<string, unknown>, model: AppModel): string | null {
  const place = column.currency === undefined ? null : placeOf(column.currency)
  if (!place) return null
  if ('text' in place) return place.text
  const value = 'setting' in place ? model.settings[place.setting] : row[currencyPath(column) ?? '']
  return typeof value === 'string' && value ? value : null
}

/** Whether another column says the currency already. */
export function saysCurrency(columns: ViewColumn[], column: ViewColumn): boolean {
  const path = currencyPath(column)
  return path !== null && columns.some((one) => one.path === path)
}

/** What to ask for: the columns and the currencies of their amounts. */
export function askedPaths(columns: ViewColumn[]): string[] {
  const system = new Set(['id', 'version', 'state', 'title'])
  const asked = new Set<string>()
  for (const column of columns) {
    if (!system.has(column.path)) asked.add(column.path)
    const currency = currencyPath(column)
    if (currency) asked.add(currency)
  }
  return [...asked]
}

/** Numbers stand at the right, so that their digits align. */
export function isNumeric(type: string): boolean {
  return type === 'money' || type === 'decimal' || type === 'integer' || type === 'percent'
}

const widths: Record<string, number> = {
  money: 140, percent: 90, decimal: 100, integer: 84, date: 116, datetime: 160, boolean: 76, choice: 136, department: 180,
  currency: 84, country: 110, email: 210, phone: 150,
}

/** A sensible width by type; the first texts grow with the window. */
export function columnWidth(column: ViewColumn): { least: number; grow: number } {
  if (column.path === 'number') return { least: 136, grow: 0 }
  const fixed = widths[column.type]
  if (column.type === 'user') return { least: 150, grow: 0.8 }
  if (fixed) return { least: fixed, grow: 0.3 }
  return { least: column.type === 'multi_choice' ? 180 : 160, grow: 1.4 }
}

export type SortKey = { path: string; descending: boolean }

export function parseSort(text: string): SortKey[] {
  return text.split(',').filter(Boolean).map((key) => ({ path: key.replace(/^-/, ''), descending: key.startsWith('-') }))
}

export function sortText(keys: SortKey[]): string {
  return keys.map((key) => (key.descending ? '-' : '') + key.path).join(',')
}

/** A click on a heading: up, then down, then as the view has it. */
export function nextSort(now: SortKey[], path: string, additive: boolean): SortKey[] {
  const at = now.findIndex((key) => key.path === path)
  const key = now[at]
  if (!additive) {
    if (!key || now.length > 1) return [{ path, descending: false }]
    return key.descending ? [] : [{ path, descending: true }]
  }
  if (!key) return [...now, { path, descending: false }]
  return key.descending ? now.filter((_, n) => n !== at) : now.map((one, n) => (n === at ? { path, descending: true } : one))
}
