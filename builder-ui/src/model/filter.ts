/** What the filter bar edits: conditions of one list, to and from the wire filter that the server takes (and the address bar keeps). */
import type { ChoiceOption, EntityModel, FieldType } from './app'
import { daysOf, isPeriod } from './period'
import { dayOf, momentOf } from './zone'

/** A place that can be filtered by: a field, or what every record has. */
export interface FilterField {
  path: string
  label: string
  type: FieldType
  options?: ChoiceOption[]
  to?: string
  scale?: number
  /** A part of a field's value: `address.city`. */
  part?: boolean
}

/** Operators of the wire, and those that we make of several. */
export type Operator =
  | '=' | '!=' | '<' | '<=' | '>' | '>=' | 'in' | 'not in' | 'contains' | 'starts'
  | 'is null' | 'is not null' | 'between' | 'period' | 'last_days' | 'next_days'

export type FilterValue = string | number | boolean | null | string[]

export interface Condition {
  path: string
  operator: Operator
  value: FilterValue
}

export interface ListFilter {
  match: 'all' | 'any'
  conditions: Condition[]
}

export const noFilter: ListFilter = { match: 'all', conditions: [] }

const byType: Record<string, Operator[]> = {
  text: ['contains', '=', '!=', 'starts', 'is null', 'is not null'],
  number: ['>=', '<=', '=', '!=', '>', '<', 'between', 'is null', 'is not null'],
  date: ['period', 'between', '=', '<', '>', 'last_days', 'next_days', 'is null', 'is not null'],
  boolean: ['='],
  choice: ['in', 'not in', 'is null', 'is not null'],
  time: ['>=', '<=', '=', 'is null', 'is not null'],
  multi: ['contains', 'is null', 'is not null'],
  none: ['is null', 'is not null'],
}

const kinds: Partial<Record<FieldType, keyof typeof byType>> = {
  text: 'text', email: 'text', phone: 'text', url: 'text', number: 'text', currency: 'text', country: 'choice', barcode: 'text',
  integer: 'number', decimal: 'number', money: 'number', percent: 'number', rating: 'number', duration: 'time', time: 'time',
  date: 'date', datetime: 'date', boolean: 'boolean', choice: 'choice', multi_choice: 'multi', tags: 'multi', references: 'multi',
  reference: 'choice', user: 'choice', department: 'choice', position: 'choice', long_text: 'none',
  attachment: 'none', image: 'none', signature: 'none', rich_text: 'none', any_reference: 'none', geo: 'none', address: 'none', color: 'none', json: 'none',
}

export function operatorsOf(type: FieldType): Operator[] {
  return byType[kinds[type] ?? ''] ?? []
}

export const needsNoValue = (operator: Operator): boolean => operator === 'is null' || operator === 'is not null'

/** What a fresh condition of a field begins with. */
export function emptyValue(type: FieldType, operator: Operator): FilterValue {
  if (needsNoValue(operator)) return null
  if (operator === 'in' || operator === 'not in') return []
  if (operator === 'between') return ['', '']
  if (operator === 'period') return 'this_month'
  if (operator === 'last_days' || operator === 'next_days') return 30
  return type === 'boolean' ? true : ''
}

export function isComplete({ operator, value }: Condition): boolean {
  if (needsNoValue(operator)) return true
  if (operator === 'between') return Array.isArray(value) && value.length === 2 && value.every((one) => one !== '')
  if (Array.isArray(value)) return value.length > 0
  return value !== '' && value !== null
}

/** The places of an entity that its lists can be filtered by; `systemLabel` names those that are no fields. */
export function filterFields(entity: EntityModel, systemLabel: (name: string) => string): FilterField[] {
  const fields: FilterField[] = []
  if (entity.numbered) fields.push({ path: 'number', label: systemLabel('number'), type: 'text' })
  if (entity.lifecycle) {
    const options = Object.entries(entity.lifecycle.states).map(([value, state]) => ({ value, label: state.label, ...(state.color ? { color: state.color } : {}) }))
    fields.push({ path: 'state', label: systemLabel('state'), type: 'choice', options })
  }
  for (const field of Object.values(entity.fields)) {
    if (field.type === 'lines' || operatorsOf(field.type).length === 0) continue
    fields.push({
      path: field.name, label: field.label, type: field.type,
      ...(field.options ? { options: field.options } : {}),
      ...(targetOf(field) ? { to: targetOf(field) as string } : {}),
      ...(field.scale === undefined ? {} : { scale: field.scale }),
    })
    if (field.type === 'address') {
      for (const part of ['country', 'region', 'city'] as const) {
        fields.push({ path: `${field.name}.${part}`, label: `${field.label}: ${systemLabel(`address.${part}`)}`, type: part === 'country' ? 'country' : 'text', part: true })
      }
    }
  }
  fields.push({ path: 'created_at', label: systemLabel('created_at'), type: 'datetime' })
  fields.push({ path: 'created_by', label: systemLabel('created_by'), type: 'user', to: 'user' })
  fields.push({ path: 'updated_at', label: systemLabel('updated_at'), type: 'datetime' })
  return fields
}

/** The entity that a field's values are records of. */
export function targetOf(field: { type: FieldType; to?: string | undefined }): string | undefined {
  if (field.to) return field.to
  return field.type === 'user' || field.type === 'department' || field.type === 'position' ? field.type : undefined
}

type Wire = unknown[] | Record<string, unknown>

/** The first or last moment of the firm's day, for fields that keep a moment. */
function moment(text: string, end: boolean): string {
  const [year = 0, month = 0, day = 0] = text.split('-').map(Number)
  if (!year || !month || !day) return text
  const next = momentOf({ year, month, day: day + (end ? 1 : 0), hour: 0, minute: 0, second: 0 }).getTime()
  return new Date(end ? next - 1 : next).toISOString()
}

/** The firm's day so many days from today. */
export function dayFrom(offset: number, now = new Date()): string {
  const [year = 0, month = 1, day = 1] = dayOf(now).split('-').map(Number)
  return new Date(Date.UTC(year, month - 1, day + offset)).toISOString().slice(0, 10)
}

function toWire(condition: Condition, type: FieldType | undefined, now: Date): Wire {
  const { path, operator, value } = condition
  const at = (day: unknown, end: boolean) => (type === 'datetime' ? moment(String(day), end) : day)
  const range = (from: unknown, to: unknown) => ({ all: [[path, '>=', at(from, false)], [path, '<=', at(to, true)]] })
  switch (operator) {
    case 'is null':
    case 'is not null':
      return [path, operator]
    case 'between': {
      const [from, to] = value as string[]
      return range(from, to)
    }
    case 'period': {
      const [from, to] = daysOf(isPeriod(value) ? value : 'today', now)
      return range(from, to)
    }
    // Relative in the address, so that a bookmark means the same tomorrow; absolute for the server, by the firm's clock.
    case 'last_days':
      return range(dayFrom(-Number(value), now), dayFrom(0, now))
    case 'next_days':
      return range(dayFrom(0, now), dayFrom(Number(value), now))
    case '=':
      // A moment is hardly ever met to the millisecond; what people mean is the day.
      return type === 'datetime' ? range(value, value) : [path, '=', value]
    default:
      return [path, operator, at(value, operator === '>')]
  }
}

/** One condition as the server takes it. */
export function wireCondition(condition: Condition, fields: FilterField[], now = new Date()): unknown {
  return toWire(condition, fields.find((field) => field.path === condition.path)?.type, now)
}

/** The filter as the server takes it; nothing when no condition is complete. */
export function wireFilter(filter: ListFilter, fields: FilterField[], now = new Date()): string | undefined {
  const parts = filter.conditions.filter(isComplete).map((one) => toWire(one, fields.find((field) => field.path === one.path)?.type, now))
  if (parts.length === 0) return undefined
  return JSON.stringify({ [filter.match]: parts })
}

/** The short form for the address: `path~operator~value`, values of lists with `|`, conditions with `;`. */
export function filterToText(filter: ListFilter): string {
  const parts = filter.conditions.filter(isComplete).map(({ path, operator, value }) => {
    const texts = Array.isArray(value) ? value : value === null ? [] : [String(value)]
    return [path, operator.replaceAll(' ', '_'), ...texts].map(encode).join('~')
  })
  return parts.length === 0 ? '' : (filter.match === 'any' ? 'any;' : '') + parts.join(';')
}

const encode = (text: string) => text.replace(/[%~;]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`)

function decode(text: string): string {
  try {
    return text.replace(/%(25|7E|3B)/g, (sign) => decodeURIComponent(sign))
  } catch {
    return text
  }
}

/** What an address says; conditions on fields that are not there (or that the reader may not see) are left out. */
export function filterFromText(text: string, fields: FilterField[]): ListFilter {
  const parts = text.split(';').filter(Boolean)
  const match = parts[0] === 'any' ? 'any' : 'all'
  if (match === 'any') parts.shift()
  const conditions = parts.flatMap((part): Condition[] => {
    const [path = '', rawOperator = '', ...values] = part.split('~').map(decode)
    const field = fields.find((one) => one.path === path)
    const operator = (rawOperator.endsWith('_days') ? rawOperator : rawOperator.replaceAll('_', ' ')) as Operator
    if (!field || !operatorsOf(field.type).includes(operator)) return []
    return [{ path, operator, value: readValue(field.type, operator, values) }]
  })
  return { match, conditions: conditions.filter(isComplete) }
}

function readValue(type: FieldType, operator: Operator, values: string[]): FilterValue {
  if (needsNoValue(operator)) return null
  if (operator === 'in' || operator === 'not in' || operator === 'between') return values
  const [value = ''] = values
  if (operator === 'period') return isPeriod(value) ? value : ''
  if (operator === 'last_days' || operator === 'next_days') return Number(value) || 30
  return type === 'boolean' ? value === 'true' : value
}
