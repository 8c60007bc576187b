import { describe, expect, it } from 'vitest'
import type { FieldShape } from './field-type'
import { formatNumber, parseFigure, plainNumber } from './numbers'

const en = { language: 'en' }
const field = (type: FieldShape['type'], more: Partial<FieldShape> = {}): FieldShape => ({ type, ...more })

describe('a percent', () => {
  const percent = field('percent', { scale: 4 })

  it('is typed as 15 and kept as 0.15', () => {
    expect(parseFigure('15', percent)).toEqual({ value: '0.15' })
    expect(parseFigure('15 %', percent)).toEqual({ value: '0.15' })
    expect(parseFigure('７．２５％', percent)).toEqual({ value: '0.0725' })
    expect(parseFigure('-0.5', percent)).toEqual({ value: '-0.005' })
  })

  it('is rounded to what is stored, half up', () => {
    expect(parseFigure('12.345', percent)).toEqual({ value: '0.1235' })
  })

  it('comes back as it was typed', () => {
    expect(plainNumber('0.15', percent)).toBe('15')
    expect(plainNumber('0.0725', percent)).toBe('7.25')
    expect(formatNumber('0.29', percent, en)).toBe('29')
    expect(formatNumber('0.123456', field('percent', { scale: 8, display: 2 }), en)).toBe('12.35')
  })
})

describe('money and decimals', () => {
  it('shows at least the minor unit and at most what is stored', () => {
    const price = field('money', { scale: 4 })
    expect(formatNumber('12.5', price, en)).toBe('12.50')
    expect(formatNumber('1234.5678', price, en)).toBe('1,234.5678')
    expect(formatNumber('1200', field('money'), { ...en, currency: 'JPY' })).toBe('1,200')
  })

  it('keeps digits that a float would lose', () => {
    const wide = field('decimal', { scale: 4 })
    expect(parseFigure('1,234,567,890,123.4567', wide)).toEqual({ value: '1234567890123.4567' })
    expect(formatNumber('1234567890123.4567', wide, en)).toBe('1,234,567,890,123.4567')
  })

  it('refuses what is no number and says why', () => {
    expect(parseFigure('ten', field('money'))).toEqual({ problem: 'no_number' })
    expect(parseFigure('1.5', field('integer'))).toEqual({ problem: 'no_integer' })
    expect(parseFigure('99999999999999999999', field('integer'))).toEqual({ problem: 'too_long' })
    expect(parseFigure('', field('money'))).toEqual({ value: null })
  })
})
