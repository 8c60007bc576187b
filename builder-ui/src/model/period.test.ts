import { afterEach, beforeEach, expect, it } from 'vitest'
import { daysOf, periods } from './period'
import { firmZone, setZone } from './zone'

const browser = firmZone()
beforeEach(() => setZone('Asia/Shanghai'))
afterEach(() => setZone(browser))
// A Sunday in Shanghai, still a Saturday in London.
const now = new Date('2026-11-21T20:00:00Z')

it.each([
  ['today', '2026-11-22', '2026-11-22'],
  ['this_week', '2026-11-16', '2026-11-22'],
  ['last_week', '2026-11-09', '2026-11-15'],
  ['this_month', '2026-11-01', '2026-11-30'],
  ['last_month', '2026-10-01', '2026-10-31'],
  ['this_quarter', '2026-10-01', '2026-12-31'],
  ['last_year', '2025-01-01', '2025-12-31'],
  ['last_30', '2026-10-24', '2026-11-22'],
  ['next_7', '2026-11-22', '2026-11-28'],
] as const)('%s reaches from %s to %s by the calendar of the firm', (period, from, to) => {
  expect(daysOf(period, now)).toEqual([from, to])
})

it('crosses the year', () => {
  const january = new Date('2026-01-03T04:00:00Z')
  expect(daysOf('last_month', january)).toEqual(['2025-12-01', '2025-12-31'])
  expect(daysOf('this_week', january)).toEqual(['2025-12-29', '2026-01-04'])
})

it('never ends before it begins', () => {
  for (const period of periods) {
    const [from, to] = daysOf(period, now)
    expect(from <= to, period).toBe(true)
  }
})
