import { describe, expect, it } from 'vitest'
import { addDays, formatAgo, formatDate, isDate, parseDate, parseDatetime } from './dates'

const REFERENCE = '2026-11-21'

describe('days as people type them', () => {
  const cases: [string, string][] = [
    ['2026-11-21', '2026-11-21'],
    ['2026/1/5', '2026-01-05'],
    ['2026.01.05', '2026-01-05'],
    ['2026年1月5日', '2026-01-05'],
    ['1月5日', '2026-01-05'],
    ['20260105', '2026-01-05'],
    ['5.1.2026', '2026-01-05'],
    ['21/11/2026', '2026-11-21'],
    ['11/21/2026', '2026-11-21'],
    ['5 Jan 2026', '2026-01-05'],
    ['05-Jan-26', '2026-01-05'],
    ['January 5, 2026', '2026-01-05'],
    ['2026-01-05 08:30:00', '2026-01-05'],
    ['today', '2026-11-21'],
    ['今天', '2026-11-21'],
    ['+30', '2026-12-21'],
    ['-1', '2026-11-20'],
  ]
  it.each(cases)('reads %s', (text, value) => {
    expect(parseDate(text, REFERENCE)).toEqual({ value })
  })

  it('does not guess between day and month', () => {
    expect(parseDate('3/4/2026', REFERENCE)).toEqual({ problem: 'ambiguous_date' })
    expect(parseDate('4/4/2026', REFERENCE)).toEqual({ value: '2026-04-04' })
  })

  it.each(['2026-02-30', '31/31/2026', 'soon', '', '5 Foo 2026'])('refuses %s', (text) => {
    expect(parseDate(text, REFERENCE)).toEqual({ problem: 'no_date' })
  })
})

describe('days on the wire and on the screen', () => {
  it('knows which days exist', () => {
    expect(isDate('2024-02-29')).toBe(true)
    expect(isDate('2026-02-29')).toBe(false)
  })

  it('adds days over the end of a month and a year', () => {
    expect(addDays('2026-12-31', 1)).toBe('2027-01-01')
    expect(addDays('2024-03-01', -1)).toBe('2024-02-29')
  })

  it('writes a day in the language of the reader, whatever the time zone', () => {
    expect(formatDate('2026-11-05', 'en')).toBe('5 Nov 2026')
    expect(formatDate('2026-11-05', 'zh_hans')).toBe('2026-11-05')
  })

  it('tells the distance of a moment', () => {
    const now = new Date('2026-11-21T10:00:00Z')
    expect(formatAgo('2026-11-21T09:57:00Z', 'en', now)).toBe('3 minutes ago')
    expect(formatAgo('2026-11-20T10:00:00Z', 'zh_hans', now)).toBe('昨天')
  })

  it('reads a moment in the time zone of the browser', () => {
    const local = new Date(2026, 10, 21, 8, 30).toISOString()
    expect(parseDatetime('2026-11-21 08:30')).toEqual({ value: local })
    expect(parseDatetime('2026-11-21T08:30:00.000Z')).toEqual({ value: '2026-11-21T08:30:00.000Z' })
    expect(parseDatetime('2026-11-21 25:00')).toEqual({ problem: 'no_date' })
  })
})
