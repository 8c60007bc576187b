// Where the grid stands: the active cell, the block that is selected, the cell that is edited. Pure, so that every
// key can be tried without a screen.
import type { Scalar } from '@/model/record'

export interface Cell {
  row: number
  column: number
}

export interface Editing {
  /** The key that began it; null to edit what is there. */
  typed: string | null
  original: Scalar
}

export interface GridState {
  active: Cell
  /** The other corner of the selected block. */
  anchor: Cell
  editing: Editing | null
  /** After Escape the next Tab leaves the grid, so that nobody is caught in it. */
  leaving: boolean
}

export interface GridShape {
  rows: number
  columns: number
  /** Whether a column can be written; Tab goes only to those. */
  writable: readonly boolean[]
}

export interface Block {
  top: number
  bottom: number
  left: number
  right: number
}

export function blockOf({ active, anchor }: Pick<GridState, 'active' | 'anchor'>): Block {
  return {
    top: Math.min(active.row, anchor.row),
    bottom: Math.max(active.row, anchor.row),
    left: Math.min(active.column, anchor.column),
    right: Math.max(active.column, anchor.column),
  }
}

export const START: GridState = { active: { row: 0, column: 0 }, anchor: { row: 0, column: 0 }, editing: null, leaving: false }

function clamp(value: number, most: number): number {
  return Math.max(0, Math.min(value, most))
}

/** Puts the active cell somewhere; with `extend` the block grows from its anchor. */
export function goTo(state: GridState, cell: Cell, shape: GridShape, extend = false): GridState {
  const active = { row: clamp(cell.row, shape.rows - 1), column: clamp(cell.column, shape.columns - 1) }
  return { active, anchor: extend ? state.anchor : active, editing: null, leaving: false }
}

export type Direction = 'up' | 'down' | 'left' | 'right'

export function move(state: GridState, direction: Direction, shape: GridShape, options: { extend?: boolean; far?: boolean } = {}): GridState {
  const { row, column } = state.active
  const far = options.far ?? false
  const cell = {
    up: { row: far ? 0 : row - 1, column },
    down: { row: far ? shape.rows - 1 : row + 1, column },
    left: { row, column: far ? 0 : column - 1 },
    right: { row, column: far ? shape.columns - 1 : column + 1 },
  }[direction]
  return goTo(state, cell, shape, options.extend)
}

export type Step = { kind: 'cell'; cell: Cell } | { kind: 'new_line' } | { kind: 'leave' }

/** Where Tab goes: the next cell that can be written, then the next line, then a new one or out of the grid. */
export function tab(state: GridState, shape: GridShape, back: boolean, lastIsEmpty: boolean): Step {
  if (state.leaving) return { kind: 'leave' }
  const open = shape.writable.flatMap((writable, column) => (writable ? [column] : []))
  const { row, column } = state.active
  if (open.length === 0) return { kind: 'leave' }
  if (back) {
    const before = open.filter((one) => one < column).at(-1)
    if (before !== undefined) return { kind: 'cell', cell: { row, column: before } }
    return row > 0 ? { kind: 'cell', cell: { row: row - 1, column: open.at(-1) ?? 0 } } : { kind: 'leave' }
  }
  const after = open.find((one) => one > column)
  if (after !== undefined) return { kind: 'cell', cell: { row, column: after } }
  if (row < shape.rows - 1) return { kind: 'cell', cell: { row: row + 1, column: open[0] ?? 0 } }
  return lastIsEmpty ? { kind: 'leave' } : { kind: 'new_line' }
}

/** Where Enter goes after an entry: down; at the end to a new line, at its first cell that can be written. */
export function enter(state: GridState, shape: GridShape, back: boolean, lastIsEmpty: boolean): Step {
  const { row, column } = state.active
  if (back) return { kind: 'cell', cell: { row: Math.max(0, row - 1), column } }
  if (row < shape.rows - 1) return { kind: 'cell', cell: { row: row + 1, column } }
  return lastIsEmpty ? { kind: 'cell', cell: { row, column } } : { kind: 'new_line' }
}

export function firstWritable(shape: GridShape): number {
  return Math.max(0, shape.writable.indexOf(true))
}
