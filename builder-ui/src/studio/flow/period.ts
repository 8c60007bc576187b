/** Spans of time as definitions write them: `2 working_days`. */
import type { Json } from '@/model/definition'

export const units = ['minutes', 'hours', 'days', 'working_hours', 'working_days'] as const
export type Unit = (typeof units)[number]

export function readPeriod(text: string): { count: string; unit: Unit } {
  const [count = '', unit = ''] = text.trim().split(/\s+/)
  return { count, unit: units.find((one) => one === unit || one === `${unit}s`) ?? 'days' }
}

export const writePeriod = (count: string, unit: Unit): string => `${count.trim()} ${unit}`

/** Whether a calendar must count any of these. */
export const isWorkingTime = (...periods: unknown[]): boolean => periods.some((one) => typeof one === 'string' && one.includes('working_'))

/** All spans that stand in a deadline or a wait, wherever they are. */
export function spansOf(value: Json | undefined): string[] {
  if (typeof value === 'string') return /^\d+ (minute|hour|day|working_hour|working_day)s?$/.test(value) ? [value] : []
  if (Array.isArray(value)) return value.flatMap((one) => spansOf(one))
  return value && typeof value === 'object' ? Object.values(value).flatMap((one) => spansOf(one as Json)) : []
}
