/** How a list is shown: a view of a pack, changed by one that somebody keeps, changed by what stands in the address. */
import type { KeptView, ViewSettings } from '@/api/views'
import type { EntityModel, View, ViewColumn } from './app'
import { currencyPath } from './columns'
import type { FilterField, ListFilter } from './filter'
import { noFilter, operatorsOf } from './filter'

export type Shape = 'list' | 'kanban' | 'calendar'

export interface Shown {
  type: Shape
  columns: string[] | null
  sort: string
  filter: ListFilter
  q: string
  by: ViewColumn | undefined
  sum: ViewColumn | undefined
  card: ViewColumn[]
  from: ViewColumn | undefined
  to: ViewColumn | undefined
  title: ViewColumn | undefined
}

const isChoice = (column: ViewColumn) => column.type === 'choice' && (column.options?.length ?? 0) > 0
const isDay = (column: ViewColumn) => column.type === 'date' || column.type === 'datetime'

/** By what a list can be a board: its states, then its choices. */
export const boardBy = (offered: ViewColumn[]): ViewColumn[] =>
  offered.filter((column) => isChoice(column) && !column.path.includes('.')).sort((a, b) => Number(b.path === 'state') - Number(a.path === 'state'))

/** By which days it can be a calendar: those that people enter before those that the system writes. */
export const calendarBy = (offered: ViewColumn[]): ViewColumn[] =>
  offered.filter((column) => isDay(column) && !column.path.includes('.')).sort((a, b) => Number(isWritten(a)) - Number(isWritten(b)))

const isWritten = (column: ViewColumn) => column.path.endsWith('_at')

/** The filter that a kept view holds, as far as its fields are still there. */
export function keptFilter(settings: ViewSettings | undefined, fields: FilterField[]): ListFilter {
  const kept = settings?.filter
  if (!kept) return noFilter
  const fits = kept.conditions.filter((condition) => {
    const field = fields.find((one) => one.path === condition.path)
    return field && operatorsOf(field.type).includes(condition.operator)
  })
  return { match: kept.match, conditions: fits }
}

interface Asked {
  kept: KeptView | undefined
  /** What the address says; null where it says nothing. */
  type: string | null
  by: string | null
  from: string | null
}

/** What the view looks like: list, board or calendar, and by what. */
export function shapeOf(view: View, offered: ViewColumn[], { kept, type, by, from }: Asked): Pick<Shown, 'type' | 'by' | 'sum' | 'card' | 'from' | 'to' | 'title'> {
  const settings = kept?.settings
  const find = (path: string | null | undefined) => (path ? offered.find((column) => column.path === path) : undefined)
  const boards = boardBy(offered)
  const days = calendarBy(offered)
  const chosenBy = find(by) ?? find(settings?.by) ?? view.by ?? boards[0]
  const chosenFrom = find(from) ?? find(settings?.from) ?? view.from ?? days[0]
  const wanted = type ?? settings?.type ?? (view.type === 'pivot' ? 'list' : view.type)
  const shape: Shape = wanted === 'kanban' && chosenBy ? 'kanban' : wanted === 'calendar' && chosenFrom ? 'calendar' : 'list'
  // On a card an amount says its currency itself.
  const said = new Set(view.columns.map(currencyPath))
  const card = view.card ?? view.columns.filter((column) => column.path !== chosenBy?.path && !said.has(column.path)).slice(0, 5)
  const plainTo = chosenFrom?.path === view.from?.path ? view.to : undefined
  return { type: shape, by: chosenBy, sum: find(settings?.sum) ?? view.sum, card, from: chosenFrom, to: find(settings?.to) ?? plainTo, title: view.title }
}

/** In which shapes a list can be shown. */
export function shapesOf(view: View, offered: ViewColumn[]): Shape[] {
  return [
    'list',
    ...(view.by || boardBy(offered).length > 0 ? ['kanban' as const] : []),
    ...(view.from || calendarBy(offered).some((column) => !isWritten(column)) ? ['calendar' as const] : []),
  ]
}

/** The columns of a view without any of its own, as that of the entity has them: a board can be read as a list too. */
export function listColumns(view: View, views: Record<string, View>, entity: EntityModel): ViewColumn[] {
  if (view.columns.length > 0) return view.columns
  return views[entity.default_view]?.columns ?? view.card ?? []
}
