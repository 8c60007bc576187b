// Spans of time as people write them; `engine/kernel/src/field/duration.rs` reads and writes the same.

const UNITS: readonly [number, readonly string[]][] = [
  [604_800_000, ['w', 'week', 'weeks', '周']],
  [86_400_000, ['d', 'day', 'days', '天', '日']],
  [3_600_000, ['h', 'hr', 'hour', 'hours', '小时', '时']],
  [60_000, ['m', 'min', 'minute', 'minutes', '分钟', '分']],
  [1000, ['s', 'sec', 'second', 'seconds', '秒']],
]

export type DurationUnit = 'day' | 'hour' | 'minute'

const LENGTHS: Record<DurationUnit, number> = { day: 86_400_000, hour: 3_600_000, minute: 60_000 }

/** Milliseconds of `2d 4h 30m`, `1.5h`, `4:30`, `2天4小时`, or of a number of units; null if it is none. */
export function parseSpan(typed: string, unit: DurationUnit = 'hour'): number | null {
  let text = typed.normalize('NFKC').trim().toLowerCase()
  const sign = /^[-−]/.test(text) ? -1 : 1
  if (sign < 0) text = text.slice(1).trim()
  const clock = /^(\d+):([0-5]?\d)$/.exec(text)
  if (clock) return whole(sign * (Number(clock[1]) * 60 + Number(clock[2])) * 60_000)
  if (/^\d+(\.\d+)?$/.test(text)) return whole(sign * Number(text) * LENGTHS[unit])
  let total = 0
  let parts = 0
  const part = /^(\d+(?:\.\d+)?)\s*([^\d\s.]+)\s*/
  while (text !== '') {
    const found = part.exec(text)
    const length = UNITS.find(([, names]) => names.includes(found?.[2] ?? ''))?.[0]
    if (!found || length === undefined) return null
    total += Number(found[1]) * length
    parts += 1
    text = text.slice(found[0].length)
  }
  return parts > 0 ? whole(sign * total) : null
}

function whole(millis: number): number | null {
  const rounded = Math.round(millis)
  return Number.isSafeInteger(rounded) ? rounded : null
}

/** `2d 4h 30m`, `2天4小时30分钟`. */
export function formatSpanOf(millis: number, language: string): string {
  const chinese = language.startsWith('zh')
  const names = chinese ? ['天', '小时', '分钟', '秒'] : ['d', 'h', 'm', 's']
  let rest = Math.abs(millis)
  const parts: string[] = []
  UNITS.slice(1).forEach(([length], index) => {
    if (rest >= length) {
      parts.push(`${Math.floor(rest / length)}${names[index]}`)
      rest %= length
    }
  })
  if (parts.length === 0) return chinese ? '0分钟' : '0m'
  return (millis < 0 ? '-' : '') + parts.join(chinese ? '' : ' ')
}
