import { describe, expect, it } from 'vitest'
import { field } from '../model/fixture'
import { headingColumns, lookUp, readPaste, resolve } from './paste'

const columns = [field('item', 'reference', { to: 'item' }), field('quantity', 'decimal', { scale: 3 }), field('price', 'money'), field('amount', 'money')]
const writable = [true, true, true, false]
const target = { columns, writable, top: 1, left: 0, height: 1, width: 1 }
const en = { language: 'en' }

describe('a block pasted over lines', () => {
  it('becomes values, lookups and problems at their places', () => {
    const paste = readPaste([['Lamp', '1,200', 'x'], ['Pan', '3', '4.5']], target, en)
    expect(paste.rows).toBe(3)
    expect(paste.cells.map((cell) => [cell.row, cell.field.name, cell.result])).toEqual([
      [1, 'item', { lookup: 'Lamp' }], [1, 'quantity', { value: '1200' }], [1, 'price', { problem: 'no_number' }],
      [2, 'item', { lookup: 'Pan' }], [2, 'quantity', { value: '3' }], [2, 'price', { value: '4.5' }],
    ])
  })

  it('passes over columns that cannot be written and what lies beyond the last one', () => {
    const paste = readPaste([['5', '9', 'y', 'z']], { ...target, left: 2 }, en)
    expect(paste.cells.map((cell) => cell.field.name)).toEqual(['price'])
    expect(paste.skipped).toBe(3)
  })

  it('finds its columns by a heading row', () => {
    expect(headingColumns(['Price', 'Item', 'Remark'], columns)).toEqual([2, 0, null])
    const paste = readPaste([['Price', 'Item'], ['7', 'Lamp']], target, en)
    expect(paste.rows).toBe(2)
    expect(paste.cells.map((cell) => [cell.row, cell.field.name])).toEqual([[1, 'price'], [1, 'item']])
  })

  it('of one cell fills the selection', () => {
    const paste = readPaste([['8']], { ...target, left: 1, height: 3, width: 2 }, en)
    expect(paste.cells).toHaveLength(6)
    expect(paste.rows).toBe(4)
  })
})

describe('a text that means a record', () => {
  const rows = [{ id: '1', title: 'Lamp', subtitle: 'LI-1' }, { id: '2', title: 'Lamp, black', subtitle: 'LI-2' }]

  it('is found by its title or code, whatever the case', () => {
    expect(resolve('lamp', rows)).toMatchObject({ id: '1' })
    expect(resolve('li-2', rows)).toMatchObject({ id: '2' })
    expect(resolve('AB-7', [{ id: '7', title: 'AB-7 Drill' }, { id: '8', title: 'AB-77 Drill' }])).toMatchObject({ id: '7' })
  })

  it('is not guessed at', () => {
    expect(resolve('la', rows)).toBe('several_found')
    expect(resolve('pan', [])).toBe('not_found')
  })

  it('is asked for once, however often it stands there', async () => {
    const asked: string[] = []
    const found = await lookUp(['a', 'b', 'a', 'a'], (text) => {
      asked.push(text)
      return Promise.resolve([{ id: text, title: text }])
    })
    expect(asked.toSorted()).toEqual(['a', 'b'])
    expect(found.get('a')).toMatchObject({ id: 'a' })
  })
})
