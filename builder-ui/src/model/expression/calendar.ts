// Working days in the browser, as `engine/kernel/src/calendar` counts them. Hours the server counts.
import { Decimal } from './decimal'
import { Day, Fault, inCalendar, textOf, type Value } from './values'

/** A calendar as the server sends it: shifts in minutes of the day. */
export interface WorkCalendar {
  zone: string
  /** Monday to Sunday. */
  week: [number, number][][]
  /** Days that are not as their weekday says: shifts, or null for a free day. */
  days: Readonly<Record<string, [number, number][] | null>>
  /** Days that count half. */
  half: readonly string[]
}

/** A walk gives up after so many days, as the engine's does. */
const farthest = 100_000

function isWorkday(calendar: WorkCalendar, day: Day): boolean {
  const own = calendar.days[textOf(day)]
  if (own !== undefined) return own !== null
  // 1970-01-01 was a Thursday.
  return (calendar.week[(((day.days + 3) % 7) + 7) % 7]?.length ?? 0) > 0
}

/** The `count`-th working day after a day, before it if less than 0; with 0 the day itself or the next in this direction. */
function walk(calendar: WorkCalendar, from: Day, count: number, forwards: boolean): Day {
  if (count < 0) return walk(calendar, from, -count, !forwards)
  let [days, left] = [from.days, count]
  for (let step = 0; step <= farthest; step += 1) {
    const day = inCalendar(new Day(days))
    if (left === 0 && isWorkday(calendar, day)) return day
    days += forwards ? 1 : -1
    if (left > 0 && isWorkday(calendar, new Day(days))) left -= 1
  }
  throw new Fault('overflow')
}

export const workdayAfter = (calendar: WorkCalendar, from: Day, count: number): Day => walk(calendar, from, count, true)
export const workdayBefore = (calendar: WorkCalendar, from: Day, count: number): Day => walk(calendar, from, count, false)

function* days(first: number, last: number): Generator<Day> {
  if (last - first + 1 > farthest) throw new Fault('overflow')
  for (let day = first; day <= last; day += 1) yield new Day(day)
}

/** Working days after the first up to the second and with it; backwards less than 0. */
export function workdaysBetween(calendar: WorkCalendar, from: Day, to: Day): number {
  const backwards = to.days < from.days
  const range = backwards ? days(to.days, from.days - 1) : days(from.days + 1, to.days)
  let count = 0
  for (const day of range) if (isWorkday(calendar, day)) count += 1
  return backwards && count > 0 ? -count : count
}

/** How much is worked from the first through the last day, both with it; half days count 0.5. */
export function workdaysIn(calendar: WorkCalendar, first: Day, last: Day): Value {
  let halves = 0
  for (const day of days(first.days, last.days)) {
    if (isWorkday(calendar, day)) halves += calendar.half.includes(textOf(day)) ? 1 : 2
  }
  return Decimal.parse(`${Math.floor(halves / 2)}.${halves % 2 === 0 ? 0 : 5}`) ?? Decimal.zero
}
