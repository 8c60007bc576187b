/** The firm's clock: days begin and times are told by it, wherever the reader sits. */

let name = Intl.DateTimeFormat().resolvedOptions().timeZone

/** The app model tells the zone; until then the browser's holds. */
export function setZone(zone: string): void {
  name = zone
}

export const firmZone = (): string => name

export interface Clock {
  year: number
  month: number
  day: number
  hour: number
  minute: number
  second: number
}

const readers = new Map<string, Intl.DateTimeFormat>()

/** What the firm's clock and calendar show at a moment. */
export function clockAt(moment: Date): Clock {
  let reader = readers.get(name)
  if (!reader) {
    reader = new Intl.DateTimeFormat('en-u-ca-gregory', {
      timeZone: name, hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric',
    })
    readers.set(name, reader)
  }
  const clock: Clock = { year: 0, month: 0, day: 0, hour: 0, minute: 0, second: 0 }
  for (const { type, value } of reader.formatToParts(moment)) if (type in clock) clock[type as keyof Clock] = Number(value)
  return clock
}

const asUtc = ({ year, month, day, hour, minute, second }: Clock): number => Date.UTC(year, month - 1, day, hour, minute, second)

/** When the firm's clock shows this; an hour that summer time leaves out is taken as the one after it. */
export function momentOf(clock: Clock): Date {
  const wanted = asUtc(clock)
  let at = wanted
  // The offset of the guess leads to the moment, the offset there settles it beside a change of the clock.
  for (let round = 0; round < 2; round += 1) at = wanted - (asUtc(clockAt(new Date(at))) - at)
  return new Date(at)
}

const two = (part: number): string => String(part).padStart(2, '0')

/** The firm's day at a moment, in wire form. */
export function dayOf(moment: Date): string {
  const { year, month, day } = clockAt(moment)
  return `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}`
}

/** `2026-11-21 08:30` by the firm's clock. */
export function dayAndTime(moment: Date): string {
  const { hour, minute } = clockAt(moment)
  return `${dayOf(moment)} ${two(hour)}:${two(minute)}`
}
