/** A condition as a person would say it. */
import { countryName } from '@/fields/countries'
import type { FieldType } from '@/model/app'
import { needsNoValue, type Condition, type FilterField, type Operator } from '@/model/filter'
import { formatDate, formatDecimal, formatPercent } from '@/model/format'

type Translate = (key: string, values?: Record<string, unknown>) => string

const names: Record<Operator, string> = {
  '=': 'is', '!=': 'is_not', '<': 'less', '<=': 'at_most', '>': 'more', '>=': 'at_least', in: 'in', 'not in': 'not_in', contains: 'contains',
  starts: 'starts', 'is null': 'empty', 'is not null': 'not_empty', between: 'between', period: 'period', last_days: 'last_days', next_days: 'next_days',
}

/** Dates have words of their own: before and after, not less and more. */
export function operatorKey(operator: Operator, type: FieldType): string {
  const dated = (type === 'date' || type === 'datetime') && (operator === '<' || operator === '>')
  return `list:operator.${dated ? (operator === '<' ? 'before' : 'after') : names[operator]}`
}

function one(value: string, field: FilterField, titles: Record<string, string>, locale: string): string {
  if (field.to) return titles[value] ?? '…'
  const option = field.options?.find((item) => item.value === value)
  if (option) return option.label
  if (field.type === 'date' || field.type === 'datetime') return formatDate(value, locale)
  if (field.type === 'country') return countryName(value, locale)
  if (field.type === 'percent') return formatPercent(value, locale)
  if (field.type === 'money' || field.type === 'decimal' || field.type === 'integer') return formatDecimal(value, locale) || value
  return value
}

export function describe(condition: Condition, field: FilterField, titles: Record<string, string>, locale: string, t: Translate): string {
  const { operator, value } = condition
  if (field.type === 'boolean') return `${field.label}${t('list:filter.colon')}${t(value ? 'value.yes' : 'value.no')}`
  const verb = t(operatorKey(operator, field.type))
  if (needsNoValue(operator)) return `${field.label} ${verb}`
  if (operator === 'period') return `${field.label}${t('list:filter.colon')}${t(`list:period.${String(value)}`)}`
  if (operator === 'last_days' || operator === 'next_days') return `${field.label} ${t(`list:filter.${operator}`, { count: Number(value) })}`
  const texts = (Array.isArray(value) ? value : [String(value)]).map((item) => one(item, field, titles, locale))
  const joined = operator === 'between' ? texts.join(' – ') : texts.length > 3 ? t('list:filter.and_more', { list: texts.slice(0, 2).join(', '), count: texts.length - 2 }) : texts.join(t('list:filter.or'))
  return `${field.label} ${verb} ${joined}`
}
