/** Days of a calendar page, in wire form (`2026-11-21`): nothing here knows hours or zones. */

const day = (text: string) => {
  const [year = 1970, month = 1, date = 1] = text.split('-').map(Number)
  return new Date(Date.UTC(year, month - 1, date))
}
const iso = (date: Date) => date.toISOString().slice(0, 10)

export function addDays(text: string, days: number): string {
  const date = day(text)
  date.setUTCDate(date.getUTCDate() + days)
  return iso(date)
}

export function daysBetween(from: string, to: string): number {
  return Math.round((day(to).getTime() - day(from).getTime()) / 86_400_000)
}

/** The same day of another month, or its last one. */
export function addMonths(text: string, months: number): string {
  const date = day(text)
  const first = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + months, 1))
  const last = new Date(Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + 1, 0)).getUTCDate()
  first.setUTCDate(Math.min(date.getUTCDate(), last))
  return iso(first)
}

/** Weeks begin on Monday in the firm's calendar, in every language: so do its periods such as this week. */
export function weekStart(text: string): string {
  const weekday = (day(text).getUTCDay() + 6) % 7
  return addDays(text, -weekday)
}

export const monthOf = (text: string): string => text.slice(0, 7)

/** The weeks that show a month, with the days before and after it. */
export function monthDays(text: string): string[] {
  const first = `${monthOf(text)}-01`
  const last = addDays(addMonths(first, 1), -1)
  const start = weekStart(first)
  const end = addDays(weekStart(last), 6)
  return Array.from({ length: daysBetween(start, end) + 1 }, (_, n) => addDays(start, n))
}

export function weekDays(text: string): string[] {
  const start = weekStart(text)
  return Array.from({ length: 7 }, (_, n) => addDays(start, n))
}
