import { describe, expect, it } from 'vitest'
import { blockOf, enter, goTo, move, START, tab } from './grid-state'

const shape = { rows: 3, columns: 4, writable: [true, true, false, true] }
const at = (row: number, column: number) => goTo(START, { row, column }, shape)

describe('moving in the grid', () => {
  it('stays inside', () => {
    expect(move(at(0, 0), 'up', shape).active).toEqual({ row: 0, column: 0 })
    expect(move(at(2, 3), 'right', shape).active).toEqual({ row: 2, column: 3 })
    expect(move(at(1, 1), 'down', shape, { far: true }).active).toEqual({ row: 2, column: 1 })
  })

  it('selects a block with shift', () => {
    const state = move(move(at(1, 1), 'down', shape, { extend: true }), 'right', shape, { extend: true })
    expect(blockOf(state)).toEqual({ top: 1, bottom: 2, left: 1, right: 2 })
  })

  it('goes with Tab to the next cell that can be written, line by line', () => {
    expect(tab(at(0, 1), shape, false, false)).toEqual({ kind: 'cell', cell: { row: 0, column: 3 } })
    expect(tab(at(0, 3), shape, false, false)).toEqual({ kind: 'cell', cell: { row: 1, column: 0 } })
    expect(tab(at(1, 0), shape, true, false)).toEqual({ kind: 'cell', cell: { row: 0, column: 3 } })
  })

  it('makes a line at the end, and lets go where that one is empty or Escape was pressed', () => {
    expect(tab(at(2, 3), shape, false, false)).toEqual({ kind: 'new_line' })
    expect(tab(at(2, 3), shape, false, true)).toEqual({ kind: 'leave' })
    expect(tab({ ...at(0, 0), leaving: true }, shape, false, false)).toEqual({ kind: 'leave' })
    expect(tab(at(0, 0), shape, true, false)).toEqual({ kind: 'leave' })
  })

  it('goes down with Enter and makes a line at the end', () => {
    expect(enter(at(0, 1), shape, false, false)).toEqual({ kind: 'cell', cell: { row: 1, column: 1 } })
    expect(enter(at(2, 1), shape, false, false)).toEqual({ kind: 'new_line' })
    expect(enter(at(2, 1), shape, false, true)).toEqual({ kind: 'cell', cell: { row: 2, column: 1 } })
  })
})
