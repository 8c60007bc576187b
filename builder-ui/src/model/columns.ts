/** Which columns a list shows, and what it must ask the server for to show them. */
import type { AppModel, EntityModel, FieldType, View, ViewColumn } from './app'
import { placeOf } from './expression/reads'
import { filterFields } from './filter'
import { textWidth } from './text-width'

/** What no column has room for. */
const TOO_LONG: ReadonlySet<FieldType> = new Set<FieldType>(['long_text', 'json'])

/** Every column that the chooser offers: the view's own, then the other fields of the entity. */
export function offeredColumns(view: View, entity: EntityModel, systemLabel: (name: string) => string): ViewColumn[] {
  const own = new Set(view.columns.map((column) => column.path))
  const others = filterFields(entity, systemLabel)
    .filter((field) => !own.has(field.path) && !TOO_LONG.has(field.type) && !field.part)
    .map((field): ViewColumn => {
      const full = entity.fields[field.path]
      return {
        path: field.path, label: field.label, type: field.type,
        ...(field.options ? { options: field.options } : {}),
        ...(field.to ? { to: field.to } : {}),
        ...(full?.scale === undefined ? {} : { scale: full.scale }),
        ...(full?.display === undefined ? {} : { display: full.display }),
        ...(full?.currency === undefined ? {} : { currency: full.currency }),
        ...(full?.max === undefined ? {} : { max: full.max }),
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
  return type === 'money' || type === 'decimal' || type === 'integer' || type === 'percent' || type === 'duration'
}

/** At least so wide, so that a list does not dance when its rows change. */
const leasts: Record<string, number> = { money: 104, percent: 76, decimal: 88, integer: 72, date: 104, datetime: 148, boolean: 64, choice: 96, currency: 64, image: 52, attachment: 84 }
const most = 300
/** What is read as text gives way down to this before the list scrolls sideways. */
const narrowText = 150
/** And to this where it stays in sight beside others. */
const pinnedText = 220

export interface ColumnWidth {
  least: number
  /** How much of the room that is left it takes; nothing keeps it as wide as it is. */
  grow: number
}

/** As wide as its heading and the rows at hand ask for. */
export function columnWidth(column: ViewColumn, texts: readonly string[]): ColumnWidth {
  const choice = column.type === 'choice' ? 26 : column.type === 'attachment' ? 20 : 0
  // Pictures are all of one size.
  const shown = column.type === 'image' ? [] : texts
  // The heading has room for the sign of its order.
  const heading = textWidth(column.label) * 0.92 + 20
  const need = Math.ceil(Math.min(most, Math.max(heading, leasts[column.type] ?? 0, ...shown.map((text) => textWidth(text) + choice))) + 22)
  const flexible = !isNumeric(column.type) && leasts[column.type] === undefined && column.path !== 'number'
  return flexible ? { least: Math.min(need, narrowText), grow: need } : { least: need, grow: 0 }
}

/** The tracks of a list's grid, and below which width it scrolls sideways. */
export function columnTracks(columns: readonly ViewColumn[], natural: readonly ColumnWidth[], chosen: Readonly<Record<string, number>>, pinned = 1): { template: string; least: number; left: number[] } {
  const tracks = columns.map((column, n): ColumnWidth => {
    const own = chosen[column.path]
    const width = natural[n] ?? { least: narrowText, grow: 1 }
    if (own !== undefined) return { least: own, grow: 0 }
    // Of several that stay in sight it must be known where each begins; a single one may grow.
    return n < pinned && pinned > 1 ? { least: Math.max(width.least, Math.min(width.grow, pinnedText)), grow: 0 } : width
  })
  const some = tracks.some((track) => track.grow > 0)
  return {
    template: [...tracks.map(({ least, grow }) => (grow > 0 ? `minmax(${least}px, ${grow}fr)` : `${least}px`)), ...(some ? [] : ['minmax(0, 1fr)'])].join(' '),
    least: tracks.reduce((sum, track) => sum + track.least, 0),
    left: tracks.slice(0, pinned).map((_, n) => tracks.slice(0, n).reduce((sum, track) => sum + track.least, 0)),
  }
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
