import { describe, expect, it } from 'vitest'
import type { ViewColumn } from './app'
import { columnTracks, columnWidth } from './columns'

const text: ViewColumn = { path: 'name', label: 'Name', type: 'text' }
const money: ViewColumn = { path: 'amount', label: 'Amount', type: 'money' }

describe('a column of a list', () => {
  it('of amounts is as wide as its widest amount and stays so', () => {
    const narrow = columnWidth(money, ['1.00'])
    const wide = columnWidth(money, ['1.00', '1,234,567,890,123.00'])
    expect(wide.least).toBeGreaterThan(narrow.least)
    expect([narrow.grow, wide.grow]).toEqual([0, 0])
  })
  it('of text takes its share of the room that is left, and gives way', () => {
    const { least, grow } = columnWidth(text, ['A long name that needs some room to be read'])
    expect(grow).toBeGreaterThan(least)
  })
  it('of Chinese is wider than of as many Latin letters', () => {
    expect(columnWidth(text, ['外贸进出口有限公司外贸进出口']).grow).toBeGreaterThan(columnWidth(text, ['abcdefghijklmn']).grow)
  })
})

describe('the tracks of a list', () => {
  const natural = [columnWidth(text, []), columnWidth(money, [])]
  it('follow widths that somebody has dragged', () => {
    const { template, least } = columnTracks([text, money], natural, { name: 333 })
    expect(template).toMatch(/^333px \d+px minmax\(0, 1fr\)$/)
    expect(least).toBe(333 + (natural[1]?.least ?? 0))
  })
  it('fill the room where a column may grow', () => {
    expect(columnTracks([text, money], natural, {}).template).toMatch(/^minmax\(\d+px, \d+fr\) \d+px$/)
  })
})
