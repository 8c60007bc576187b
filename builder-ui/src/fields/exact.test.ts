import { describe, expect, it } from 'vitest'
import { canonical, compare, group, parseNumber, round, shift, sum } from './exact'

describe('decimal strings', () => {
  it('moves the point exactly', () => {
    expect(shift('15', -2)).toBe('0.15')
    expect(shift('0.0725', 2)).toBe('7.25')
    expect(shift('-3.5', -2)).toBe('-0.035')
    expect(shift('0.07', 3)).toBe('70')
  })

  it('rounds half up, away from zero', () => {
    expect(round('2.345', 2)).toBe('2.35')
    expect(round('-2.345', 2)).toBe('-2.35')
    expect(round('1.005', 2)).toBe('1.01')
    expect(round('-0.004', 2)).toBe('0.00')
    expect(round('7', 2)).toBe('7.00')
  })

  it('sums without the errors of floating point', () => {
    expect(sum(['0.1', '0.2'])).toBe('0.3')
    expect(sum(['1234567890123.4567', '0.0003'])).toBe('1234567890123.4570')
    expect(sum([])).toBe('0')
  })

  it('compares by value and not by text', () => {
    expect(compare('10', '9.99')).toBeGreaterThan(0)
    expect(compare('1.50', '1.5')).toBe(0)
    expect(compare('-1', '0')).toBeLessThan(0)
  })

  it('keeps every digit when it groups thousands', () => {
    expect(group('1234567890123.4567', 'en', 2, 4)).toBe('1,234,567,890,123.4567')
    expect(group('12345.5', 'zh_hans', 2, 4)).toBe('12,345.50')
    expect(group('99999999999999999999.99', 'en', 2, 2)).toBe('99,999,999,999,999,999,999.99')
  })

  it('writes one form for one value', () => {
    expect(canonical('015.00')).toBe('15')
    expect(canonical('-0.0')).toBe('0')
    expect(canonical('1.2E+05')).toBe('120000')
    expect(canonical('5e-3')).toBe('0.005')
    expect(canonical('abc')).toBeNull()
  })
})

describe('numbers as people write them', () => {
  const cases: [string, string | null][] = [
    ['1,234.50', '1234.5'],
    ['1.234,50', '1234.5'],
    ['1,234', '1234'],
    ['12,5', '12.5'],
    ['1.234.567', '1234567'],
    [' 1 234.5 ', '1234.5'],
    ['US$ 12.50', '12.5'],
    ['USD 1,200', '1200'],
    ['¥1,200', '1200'],
    ['-$5', '-5'],
    ['1200 EUR', '1200'],
    ['（120.00）', '-120'],
    ['120-', '-120'],
    ['１２．５', '12.5'],
    ['−3', '-3'],
    ['1.2E+05', '120000'],
    ['twelve', null],
    ['1-2', null],
    ['', null],
  ]
  it.each(cases)('reads %s as %s', (text, value) => {
    expect(parseNumber(text)).toBe(value)
  })
})
