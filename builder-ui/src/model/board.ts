/** Boards: what moving a card from one column to another means, and which columns there are. */
import type { ChoiceOption, EntityModel, Transition, ViewColumn } from './app'

/** A column's value; null for records that have none. */
export type ColumnValue = string | null

export interface BoardColumn {
  value: ColumnValue
  label: string
  color?: ChoiceOption['color']
  final: boolean
}

/** A column for each state or option, in their order; records without a value come first, where there are some. */
export function boardColumns(by: ViewColumn, entity: EntityModel, empty: string, hasEmpty: boolean): BoardColumn[] {
  const states = entity.lifecycle?.states
  const columns = (by.options ?? []).map((option): BoardColumn => ({
    value: option.value,
    label: option.label,
    ...(option.color ? { color: option.color } : {}),
    final: by.path === 'state' && (states?.[option.value]?.final ?? false),
  }))
  return hasEmpty ? [{ value: null, label: empty, final: false }, ...columns] : columns
}

/** What a move does: it changes the field, or makes one of these transitions. Nothing where it is not possible. */
export type Move = { set: string; value: ColumnValue } | { transitions: { name: string; transition: Transition }[] }

export function moveTo(by: ViewColumn, entity: EntityModel, from: ColumnValue, to: ColumnValue): Move | null {
  if (from === to) return null
  if (by.path !== 'state') {
    const field = entity.fields[by.path]
    return field?.writable && !(to === null && field.required) ? { set: by.path, value: to } : null
  }
  const fits = Object.entries(entity.lifecycle?.transitions ?? {}).filter(([, one]) => from !== null && one.from.includes(from) && one.to === to)
  return fits.length > 0 ? { transitions: fits.map(([name, transition]) => ({ name, transition })) } : null
}
