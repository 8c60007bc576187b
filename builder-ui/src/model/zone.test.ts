import { afterEach, describe, expect, it } from 'vitest'
import { formatDatetime, parseDatetime, today } from '@/fields/dates'
import { wireFilter } from './filter'
import { clockAt, dayAndTime, dayOf, firmZone, momentOf, setZone } from './zone'

const browser = firmZone()
afterEach(() => setZone(browser))

describe("the firm's clock", () => {
  it('shows another day than the clock of Greenwich', () => {
    setZone('Asia/Shanghai')
    expect(dayAndTime(new Date('2026-11-21T23:30:00Z'))).toBe('2026-11-22 07:30')
    expect(today(new Date('2026-11-21T23:30:00Z'))).toBe('2026-11-22')
    setZone('America/New_York')
    expect(dayOf(new Date('2026-11-21T03:30:00Z'))).toBe('2026-11-20')
  })
  it.each(['Asia/Shanghai', 'Europe/Berlin', 'America/New_York', 'Asia/Kolkata', 'Pacific/Kiritimati'])('gives back the moment it shows, in %s', (zone) => {
    setZone(zone)
    for (const text of ['2026-01-01T00:00:00Z', '2026-03-29T00:30:00Z', '2026-03-29T02:30:00Z', '2026-07-01T12:34:56Z', '2026-11-01T10:30:00Z']) {
      expect(momentOf(clockAt(new Date(text))).toISOString()).toBe(new Date(text).toISOString())
    }
  })
  it('takes an hour that summer time leaves out as the one after it', () => {
    setZone('Europe/Berlin')
    expect(dayAndTime(momentOf({ year: 2026, month: 3, day: 29, hour: 2, minute: 30, second: 0 }))).toBe('2026-03-29 03:30')
  })
  it('rules what people type and read', () => {
    setZone('Asia/Shanghai')
    expect(parseDatetime('2026-11-22 07:30')).toEqual({ value: '2026-11-21T23:30:00.000Z' })
    expect(formatDatetime('2026-11-21T23:30:00.000Z', 'en')).toContain('22')
  })
  it('rules filters by day over moments', () => {
    setZone('Asia/Shanghai')
    const field = { path: 'seen_at', label: 'Seen', type: 'datetime' as const }
    const wire = wireFilter({ match: 'all', conditions: [{ path: 'seen_at', operator: '=', value: '2026-11-22' }] }, [field])
    expect(wire).toBe('{"all":[{"all":[["seen_at",">=","2026-11-21T16:00:00.000Z"],["seen_at","<=","2026-11-22T15:59:59.999Z"]]}]}')
  })
})
