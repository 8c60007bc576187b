/**
 * What one does with a form: fields put, moved and taken away, sections made. Entity and form are changed together, since a
 * field is of no use where nobody can fill it in. Pure: each act gives new definitions.
 */
import type { EntityDefinition, FieldDefinition, FormDefinition, PartDefinition, Placement } from '@/model/definition'
import { isLines, isSection, isTabs } from '@/model/definition'
import { before, putAfter, shifted, withValue, without } from './keyed'
import { proposeName } from './name'

/** Where fields can stand: a section, or a tab of a part. */
export interface Place {
  part: string
  tab?: string
}

/** A field, in the header or in a line table. */
export interface FieldRef {
  lines?: string
  field: string
}

export interface Designed {
  entity: EntityDefinition
  form: FormDefinition
}

export const samePlace = (a: Place, b: Place): boolean => a.part === b.part && a.tab === b.tab

/** All places that take fields, in the order of the form. */
export function places(form: FormDefinition): Place[] {
  return Object.entries(form.layout).flatMap(([part, content]): Place[] => {
    if (isSection(content)) return [{ part }]
    if (!isTabs(content)) return []
    return Object.entries(content.tabs).flatMap(([tab, { related }]) => (related ? [] : [{ part, tab }]))
  })
}

/** The fields of a place in their order. */
export function fieldsAt(form: FormDefinition, place: Place): Record<string, Placement> {
  const part = form.layout[place.part]
  if (!part) return {}
  if (isSection(part)) return part.fields
  if (isTabs(part)) return part.tabs[place.tab ?? '']?.fields ?? {}
  return {}
}

export function columnsAt(form: FormDefinition, place: Place): number {
  const part = form.layout[place.part]
  if (!part) return 2
  if (isSection(part)) return part.columns ?? 2
  return (isTabs(part) ? part.tabs[place.tab ?? '']?.columns : undefined) ?? 2
}

function changeFields(form: FormDefinition, place: Place, change: (fields: Record<string, Placement>) => Record<string, Placement>): FormDefinition {
  const layout = withValue(form.layout, place.part, (part): PartDefinition => {
    if (isSection(part)) return { ...part, fields: change(part.fields) }
    if (!isTabs(part) || !place.tab) return part
    return { ...part, tabs: withValue(part.tabs, place.tab, (tab) => ({ ...tab, fields: change(tab.fields ?? {}) })) }
  })
  return { ...form, layout }
}

/** Where a field stands now. */
export function placeOf(form: FormDefinition, field: string): Place | null {
  return places(form).find((place) => field in fieldsAt(form, place)) ?? null
}

/** Fields of the header that the form does not show. */
export function unplaced({ entity, form }: Designed): string[] {
  const shown = new Set(places(form).flatMap((place) => Object.keys(fieldsAt(form, place))))
  return Object.entries(entity.fields).flatMap(([name, field]) => (field.type === 'lines' || shown.has(name) ? [] : [name]))
}

/** Line tables that the form shows, by their field. */
export function linesParts(form: FormDefinition): { part: string; lines: string }[] {
  return Object.entries(form.layout).flatMap(([part, content]) => (isLines(content) ? [{ part, lines: content.lines }] : []))
}

/** Moves a field to a place, after another field of it (null: first); also one that is not on the form yet. */
export function moveField(form: FormDefinition, field: string, to: Place, after: string | null): FormDefinition {
  if (after === field) return form
  const from = placeOf(form, field)
  const placement = (from ? fieldsAt(form, from)[field] : undefined) ?? {}
  const taken = from ? changeFields(form, from, (fields) => without(fields, field)) : form
  return changeFields(taken, to, (fields) => putAfter(fields, field, placement, after))
}

/** One place up or down; over the edge of its section into the one before or after. */
export function shiftField(form: FormDefinition, field: string, by: -1 | 1): FormDefinition {
  const at = placeOf(form, field)
  if (!at) return form
  const fields = fieldsAt(form, at)
  const moved = shifted(fields, field, by)
  if (moved !== fields) return changeFields(form, at, () => moved)
  const all = places(form)
  const next = all[all.findIndex((place) => samePlace(place, at)) + by]
  if (!next) return form
  const last = by === -1 ? (Object.keys(fieldsAt(form, next)).at(-1) ?? null) : null
  return moveField(form, field, next, last)
}

export function setSpan(form: FormDefinition, field: string, span: number): FormDefinition {
  const at = placeOf(form, field)
  if (!at) return form
  return changeFields(form, at, (fields) => withValue(fields, field, ({ span: _old, ...rest }) => (span > 1 ? { ...rest, span } : rest)))
}

/** Takes a field off the form; it stays in the entity with its data. */
export function hideField(form: FormDefinition, field: string): FormDefinition {
  const at = placeOf(form, field)
  return at ? changeFields(form, at, (fields) => without(fields, field)) : form
}

/** Adds a new field and puts it where it was dropped. */
export function addField({ entity, form }: Designed, name: string, field: FieldDefinition, to: Place, after: string | null): Designed {
  // In the entity it stands beside the one it was put after, so that lists and exports have the same order.
  const fields = putAfter(entity.fields, name, field, after ?? Object.keys(entity.fields).at(-1) ?? null)
  return { entity: { ...entity, fields }, form: moveField(form, name, to, after) }
}

/** Adds a line table as a part of its own at the end. */
export function addLines({ entity, form }: Designed, name: string, field: FieldDefinition): Designed {
  return {
    entity: { ...entity, fields: putAfter(entity.fields, name, field, Object.keys(entity.fields).at(-1) ?? null) },
    form: { ...form, layout: putAfter(form.layout, name, { lines: name }, Object.keys(form.layout).at(-1) ?? null) },
  }
}

/** Adds a column to a line table, after another one; also to the columns that the form names. */
export function addColumn({ entity, form }: Designed, lines: string, name: string, field: FieldDefinition, after: string | null): Designed {
  const fields = withValue(entity.fields, lines, (table) => ({ ...table, fields: putAfter(table.fields ?? {}, name, field, after ?? Object.keys(table.fields ?? {}).at(-1) ?? null) }))
  return { entity: { ...entity, fields }, form: moveColumn(form, lines, name, after, true) }
}

/** Moves a column of a line table after another one. Where the form names no columns, all stand in the entity's order. */
export function moveColumn(form: FormDefinition, lines: string, column: string, after: string | null, add = false): FormDefinition {
  const layout = Object.fromEntries(Object.entries(form.layout).map(([key, part]) => {
    if (!isLines(part) || part.lines !== lines || !part.columns) return [key, part]
    if (!add && !part.columns.includes(column)) return [key, part]
    const rest = part.columns.filter((name) => name !== column)
    const at = after === null ? (add ? rest.length : 0) : rest.indexOf(after) + 1 || rest.length
    return [key, { ...part, columns: [...rest.slice(0, at), column, ...rest.slice(at)] }]
  }))
  return { ...form, layout }
}

export function fieldOf(entity: EntityDefinition, { lines, field }: FieldRef): FieldDefinition | undefined {
  return lines ? entity.fields[lines]?.fields?.[field] : entity.fields[field]
}

/** Changes properties of a field; undefined takes one away. */
export function changeField(entity: EntityDefinition, { lines, field }: FieldRef, change: Partial<FieldDefinition>): EntityDefinition {
  const apply = (old: FieldDefinition): FieldDefinition => {
    const merged: Record<string, unknown> = { ...old, ...change }
    return Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== undefined)) as FieldDefinition
  }
  const fields = lines
    ? withValue(entity.fields, lines, (table) => ({ ...table, fields: withValue(table.fields ?? {}, field, apply) }))
    : withValue(entity.fields, field, apply)
  return { ...entity, fields }
}

/** The same with a field as it is given. */
export function replaceField(entity: EntityDefinition, { lines, field }: FieldRef, next: FieldDefinition): EntityDefinition {
  return { ...entity, fields: lines ? withValue(entity.fields, lines, (table) => ({ ...table, fields: withValue(table.fields ?? {}, field, () => next) })) : withValue(entity.fields, field, () => next) }
}

/** Takes a field out of entity and form. What else names it is told by the check. */
export function removeField({ entity, form }: Designed, { lines, field }: FieldRef): Designed {
  if (!lines) {
    const layout = Object.fromEntries(Object.entries(hideField(form, field).layout).filter(([, part]) => !(isLines(part) && part.lines === field)))
    return { entity: { ...entity, fields: without(entity.fields, field) }, form: { ...form, layout } }
  }
  const fields = withValue(entity.fields, lines, (table) => ({ ...table, fields: without(table.fields ?? {}, field) }))
  const layout = Object.fromEntries(Object.entries(form.layout).map(([key, part]) => {
    if (!isLines(part) || part.lines !== lines) return [key, part]
    const less = (names: string[] | undefined) => names?.filter((name) => name !== field)
    const { columns, totals, ...rest } = part
    const [kept, summed] = [less(columns), less(totals)]
    return [key, { ...rest, ...(kept?.length ? { columns: kept } : {}), ...(summed?.length ? { totals: summed } : {}) }]
  }))
  return { entity: { ...entity, fields }, form: { ...form, layout } }
}

/** Adds an empty section after a part. */
export function addSection(form: FormDefinition, key: string, label: string, after: string | null): FormDefinition {
  return { ...form, layout: putAfter(form.layout, key, { section: label, fields: {} }, after ?? Object.keys(form.layout).at(-1) ?? null) }
}

/** Adds tabs at the end, two to begin with. */
export function addTabs(form: FormDefinition, key: string, [first, second]: [string, string]): FormDefinition {
  const tabs = { x_tab: { label: first, fields: {} }, x_tab_2: { label: second, fields: {} } }
  return { ...form, layout: putAfter(form.layout, key, { tabs }, Object.keys(form.layout).at(-1) ?? null) }
}

/** Adds a tab after the others. */
export function addTab(form: FormDefinition, key: string, label: string): { form: FormDefinition; tab: string } {
  const part = form.layout[key]
  const tabs = part && isTabs(part) ? part.tabs : {}
  const tab = proposeName('tab', Object.keys(tabs))
  return { tab, form: changePart(form, key, (old) => ({ ...old, tabs: { ...tabs, [tab]: { label, fields: {} } } })) }
}

/** Takes a tab away, its fields to the one before it or after; the last one stays. */
export function removeTab(form: FormDefinition, key: string, tab: string): FormDefinition {
  const part = form.layout[key]
  if (!part || !isTabs(part) || Object.keys(part.tabs).length < 2) return form
  const fields = part.tabs[tab]?.fields ?? {}
  const rest = without(part.tabs, tab)
  const others = Object.keys(rest).filter((name) => !rest[name]?.related)
  const home = others[Math.max(0, Object.keys(part.tabs).indexOf(tab) - 1)] ?? others.at(-1)
  if (Object.keys(fields).length && !home) return form
  return changePart(form, key, (old) => ({ ...old, tabs: home ? withValue(rest, home, (one) => ({ ...one, fields: { ...one.fields, ...fields } })) : rest }))
}

export function changePart(form: FormDefinition, key: string, change: (part: PartDefinition) => PartDefinition): FormDefinition {
  return { ...form, layout: withValue(form.layout, key, change) }
}

export function shiftPart(form: FormDefinition, key: string, by: -1 | 1): FormDefinition {
  return { ...form, layout: shifted(form.layout, key, by) }
}

export function movePart(form: FormDefinition, key: string, after: string | null): FormDefinition {
  const part = form.layout[key]
  return part && after !== key ? { ...form, layout: putAfter(form.layout, key, part, after) } : form
}

/** Takes a section away; its fields go to the one before it, or the one after. */
export function removePart(form: FormDefinition, key: string): FormDefinition {
  const part = form.layout[key]
  if (!part) return form
  const rest = { ...form, layout: without(form.layout, key) }
  if (!isSection(part) || Object.keys(part.fields).length === 0) return rest
  const near = places(form).findIndex((place) => place.part === key)
  const all = places(rest)
  const home = all[Math.max(0, near - 1)]
  if (!home) return form
  return changeFields(rest, home, (fields) => ({ ...fields, ...part.fields }))
}

/** A form for an entity without one: its fields in one section, its line tables below. */
export function formFor(entity: EntityDefinition, general: string): FormDefinition {
  const names = Object.entries(entity.fields)
  const layout: Record<string, PartDefinition> = {
    x_general: { section: general, fields: Object.fromEntries(names.filter(([, field]) => field.type !== 'lines').map(([name]) => [name, {}])) },
  }
  for (const [name, field] of names) if (field.type === 'lines') layout[`x_${name}`] = { lines: name }
  return { kind: 'form', name: entity.name, entity: entity.name, layout }
}

/** The field before another in its place, for putting something where it stood. */
export function fieldBefore(form: FormDefinition, field: string): string | null {
  const at = placeOf(form, field)
  return at ? before(fieldsAt(form, at), field) : null
}
