// A time of day, kept as `08:30`.
import { type FieldTypeModule, type Parsed, textOf } from './field-type'
import { TextInput } from './widgets/text-input'

/** Reads `8:30`, `0830`, `8.30`, `8:30 pm`, `下午8:30`. */
export function parseTime(typed: string): Parsed {
  const text = typed.normalize('NFKC').trim().toLowerCase()
  if (text === '') return { value: null }
  const found = /^(am|pm|上午|下午)?\s*(\d{1,2})(?:[:.点时h]?(\d{2}))?(?::(\d{2}))?分?\s*(am|pm)?$/.exec(text)
  if (!found) return { problem: 'no_time' }
  const half = found[1] ?? found[5]
  let hour = Number(found[2])
  const [minute, second] = [Number(found[3] ?? 0), Number(found[4] ?? 0)]
  if (half) {
    if (hour < 1 || hour > 12) return { problem: 'no_time' }
    hour = (hour % 12) + (half === 'pm' || half === '下午' ? 12 : 0)
  }
  if (hour > 23 || minute > 59 || second > 59) return { problem: 'no_time' }
  const parts = [hour, minute, ...(second > 0 ? [second] : [])]
  return { value: parts.map((part) => String(part).padStart(2, '0')).join(':') }
}

export const time: FieldTypeModule = {
  align: 'start',
  width: 92,
  format: textOf,
  plain: textOf,
  parse: parseTime,
  Edit: (props) => <TextInput {...props} type={time} inputMode="text" placeholder="08:30" />,
}
