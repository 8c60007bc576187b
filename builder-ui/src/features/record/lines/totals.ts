// Sums at the foot of a line table.
import { sum } from '@/fields/exact'
import { isNumber } from '@/fields/numbers'
import type { Line } from '@/model/record'

/** The exact sum of a column; lines without a value do not count. */
export function totalOf(lines: readonly Line[], field: string): string {
  const values: string[] = []
  for (const line of lines) {
    const value = line[field]
    if (isNumber(value)) values.push(String(value))
  }
  return sum(values)
}
