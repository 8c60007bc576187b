/** Spans of days that people name: they mean other days tomorrow, so an address keeps the name. */
import { dayOf } from './zone'

export const periods = [
  'today', 'yesterday', 'this_week', 'last_week', 'this_month', 'last_month', 'this_quarter', 'this_year', 'last_year',
  'last_7', 'last_30', 'last_90', 'next_7', 'next_30',
] as const

export type Period = (typeof periods)[number]

export const isPeriod = (text: unknown): text is Period => periods.includes(text as Period)

const iso = (date: Date) => date.toISOString().slice(0, 10)
const day = (year: number, month: number, date: number) => iso(new Date(Date.UTC(year, month, date)))

/** First and last day of a period by the firm's calendar; weeks begin on Monday. */
export function daysOf(period: Period, now = new Date()): [from: string, to: string] {
  const today = dayOf(now)
  const [year = 0, next = 1, date = 1] = today.split('-').map(Number)
  const month = next - 1
  const weekday = (new Date(Date.UTC(year, month, date)).getUTCDay() + 6) % 7
  const from = (offset: number) => day(year, month, date + offset)
  const quarter = month - (month % 3)
  switch (period) {
    case 'today':
      return [today, today]
    case 'yesterday':
      return [from(-1), from(-1)]
    case 'this_week':
      return [from(-weekday), from(6 - weekday)]
    case 'last_week':
      return [from(-weekday - 7), from(-weekday - 1)]
    case 'this_month':
      return [day(year, month, 1), day(year, month + 1, 0)]
    case 'last_month':
      return [day(year, month - 1, 1), day(year, month, 0)]
    case 'this_quarter':
      return [day(year, quarter, 1), day(year, quarter + 3, 0)]
    case 'this_year':
      return [day(year, 0, 1), day(year, 11, 31)]
    case 'last_year':
      return [day(year - 1, 0, 1), day(year - 1, 11, 31)]
    case 'last_7':
    case 'last_30':
    case 'last_90':
      return [from(1 - Number(period.slice(5))), today]
    case 'next_7':
    case 'next_30':
      return [today, from(Number(period.slice(5)) - 1)]
  }
}
