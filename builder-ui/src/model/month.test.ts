import { describe, expect, it } from 'vitest'
import { addDays, addMonths, daysBetween, monthDays, weekDays, weekStart } from './month'

describe('calendar pages', () => {
  it('begin on Monday and show whole weeks', () => {
    const days = monthDays('2026-11-21')
    expect(days[0]).toBe('2026-10-26')
    expect(days.at(-1)).toBe('2026-12-06')
    expect(days.length % 7).toBe(0)
    expect(weekStart('2026-11-22')).toBe('2026-11-16')
    expect(weekDays('2026-11-18')).toEqual(['2026-11-16', '2026-11-17', '2026-11-18', '2026-11-19', '2026-11-20', '2026-11-21', '2026-11-22'])
  })
  it('count over the ends of months, years and clocks', () => {
    expect(addDays('2026-12-31', 1)).toBe('2027-01-01')
    expect(addDays('2026-03-29', 1)).toBe('2026-03-30')
    expect(addMonths('2026-01-31', 1)).toBe('2026-02-28')
    expect(addMonths('2026-01-15', -1)).toBe('2025-12-15')
    expect(daysBetween('2026-02-27', '2026-03-02')).toBe(3)
  })
})
