// The behaviour of the line grid: keys, pointer, clipboard. What it looks like is in line-grid.tsx.
import { type ClipboardEvent, type KeyboardEvent, type MouseEvent, useCallback, useLayoutEffect, useMemo, useRef, useState } from 'react'
import { flushSync } from 'react-dom'
import { fieldType } from '@/fields/registry'
import type { Field } from '@/model/app'
import type { Line } from '@/model/record'
import { useForm } from '../form-context'
import { writeBlock } from '../model/clipboard'
import { linePath, linesOf } from '../model/paths'
import { buildHeader } from '../model/patch'
import { isEmptyLine } from '../model/values'
import type { GridColumn, RowActions } from './grid-row'
import { blockOf, enter, firstWritable, goTo, type GridShape, type GridState, move, START, type Step, tab } from './grid-state'
import { usePaste } from './use-paste'

const ARROWS = { ArrowUp: 'up', ArrowDown: 'down', ArrowLeft: 'left', ArrowRight: 'right' } as const
const PAGE = 12

export function useGrid(table: Field, columns: readonly GridColumn[], open: boolean, rowCount: number) {
  const { form, entity, language } = useForm()
  const [state, setState] = useState<GridState>(START)
  // The grid takes the focus to its active cell only after something was done in it.
  const focusWanted = useRef(false)
  const dragging = useRef(false)
  const paste = usePaste(table, columns)
  const name = table.name
  const cells = useMemo(() => table.fields ?? {}, [table])
  const shape: GridShape = useMemo(
    () => ({ rows: rowCount, columns: columns.length, writable: columns.map((column) => column.writable) }),
    [rowCount, columns],
  )

  const lines = useCallback((): Line[] => linesOf(form.store.getState().values, name), [form, name])
  const lastIsEmpty = useCallback((): boolean => {
    const last = lines().at(-1)
    return last !== undefined && isEmptyLine(last, cells)
  }, [lines, cells])
  const go = useCallback((next: GridState): void => {
    focusWanted.current = true
    setState(next)
  }, [])

  const addLines = useCallback(
    (at: number, rows: Partial<Line>[] = [{}], column?: number): void => {
      form.insertLines(name, at, rows)
      const grown = { ...shape, rows: lines().length }
      go(goTo(START, { row: at, column: column ?? firstWritable(shape) }, grown))
    },
    [form, name, shape, lines, go],
  )

  const take = useCallback(
    (from: GridState, step: Step): boolean => {
      if (step.kind === 'leave') {
        setState({ ...from, editing: null, leaving: false })
        return false
      }
      if (step.kind === 'new_line') addLines(lines().length)
      else go(goTo(from, step.cell, shape))
      return true
    },
    [addLines, go, lines, shape],
  )

  const edit = useCallback(
    (at: GridState, typed: string | null): void => {
      const column = columns[at.active.column]
      const line = lines()[at.active.row]
      if (!column?.writable || !line) return
      const value = line[column.field.name] ?? null
      if (column.field.type === 'boolean') {
        form.set(linePath(name, line.id, column.field.name), value !== true)
        return
      }
      // At once, so that a character composed by an input method goes into the cell's field.
      flushSync(() => setState({ ...at, anchor: at.active, editing: { typed, original: value }, leaving: false }))
    },
    [columns, form, lines, name],
  )

  const cancel = useCallback((): void => {
    const column = columns[state.active.column]
    const line = lines()[state.active.row]
    if (column && line && state.editing) {
      const path = linePath(name, line.id, column.field.name)
      form.setUnreadable(path, null)
      form.set(path, state.editing.original)
    }
    go({ ...state, editing: null })
  }, [columns, form, go, lines, name, state])

  const remove = useCallback(
    (from: number, to: number): void => {
      const gone = lines().slice(from, to + 1).map((line) => line.id)
      if (gone.length === 0) return
      form.removeLines(name, gone)
      go(goTo(state, { row: from, column: state.active.column }, { ...shape, rows: Math.max(1, shape.rows - gone.length) }))
    },
    [form, go, lines, name, shape, state],
  )

  const duplicate = useCallback((): void => {
    const { top, bottom } = blockOf(state)
    const copies = lines().slice(top, bottom + 1).map((line) =>
      Object.fromEntries(Object.entries(line).filter(([key]) => key !== 'id' && cells[key]?.writable && cells[key]?.formula === undefined)),
    )
    if (copies.length > 0) addLines(bottom + 1, copies, state.active.column)
  }, [addLines, cells, lines, state])

  const shift = useCallback(
    (by: -1 | 1): void => {
      const line = lines()[state.active.row]
      const to = state.active.row + by
      if (!line || to < 0 || to >= shape.rows) return
      form.moveLine(name, line.id, to)
      go(goTo(state, { row: to, column: state.active.column }, shape))
    },
    [form, go, lines, name, shape, state],
  )

  const clearBlock = useCallback((): void => {
    const { top, bottom, left, right } = blockOf(state)
    const paths = lines().slice(top, bottom + 1).flatMap((line) =>
      columns.slice(left, right + 1).filter((column) => column.writable).map((column) => linePath(name, line.id, column.field.name)),
    )
    form.setMany(paths.map((path) => ({ path, value: null })))
  }, [columns, form, lines, name, state])

  const editingKey = (event: KeyboardEvent): void => {
    const typedFirst = state.editing?.typed !== null
    const column = columns[state.active.column]
    const line = lines()[state.active.row]
    if (column && line && ['Enter', 'Tab', 'ArrowUp', 'ArrowDown'].includes(event.key)) form.touch(linePath(name, line.id, column.field.name))
    switch (event.key) {
      case 'Enter':
        if (event.nativeEvent.isComposing || event.ctrlKey || event.metaKey) return
        event.preventDefault()
        take(state, enter(state, shape, event.shiftKey, lastIsEmpty()))
        return
      case 'Tab':
        if (take(state, tab(state, shape, event.shiftKey, lastIsEmpty()))) event.preventDefault()
        return
      case 'Escape':
        event.preventDefault()
        event.stopPropagation()
        cancel()
        return
      case 'ArrowUp':
      case 'ArrowDown':
        event.preventDefault()
        go(move(state, ARROWS[event.key], shape))
        return
      case 'ArrowLeft':
      case 'ArrowRight':
        // After typing, arrows go on as in a spreadsheet; after F2 they move in the text.
        if (typedFirst && !event.nativeEvent.isComposing) {
          event.preventDefault()
          go(move(state, ARROWS[event.key], shape))
        }
        return
      default:
    }
  }

  const onKeyDown = (event: KeyboardEvent): void => {
    if (state.editing) {
      editingKey(event)
      return
    }
    const command = event.ctrlKey || event.metaKey
    const key = event.key
    const done = (): void => event.preventDefault()
    if (key in ARROWS) {
      if (event.altKey && open && (key === 'ArrowUp' || key === 'ArrowDown')) {
        if (columns[state.active.column]?.field.options && !event.shiftKey && key === 'ArrowDown') edit(state, null)
        else shift(key === 'ArrowUp' ? -1 : 1)
      } else go(move(state, ARROWS[key as keyof typeof ARROWS], shape, { extend: event.shiftKey, far: command }))
      done()
    } else if (key === 'Tab') {
      if (open && take(state, tab(state, shape, event.shiftKey, lastIsEmpty()))) done()
    } else if (key === 'Home' || key === 'End') {
      const row = command ? (key === 'Home' ? 0 : shape.rows - 1) : state.active.row
      go(goTo(state, { row, column: key === 'Home' ? 0 : shape.columns - 1 }, shape, event.shiftKey))
      done()
    } else if (key === 'PageDown' || key === 'PageUp') {
      go(goTo(state, { row: state.active.row + (key === 'PageDown' ? PAGE : -PAGE), column: state.active.column }, shape, event.shiftKey))
      done()
    } else if (key === 'Escape') {
      setState({ ...state, anchor: state.active, leaving: true })
    } else if (command && key.toLowerCase() === 'a') {
      go({ ...state, anchor: { row: 0, column: 0 }, active: { row: shape.rows - 1, column: shape.columns - 1 } })
      done()
    } else if (open) editKey(event, command, done)
  }

  const editKey = (event: KeyboardEvent, command: boolean, done: () => void): void => {
    const { key } = event
    if (command && key.toLowerCase() === 'd') {
      duplicate()
      done()
    } else if (command && (key === 'Delete' || key === 'Backspace')) {
      const { top, bottom } = blockOf(state)
      remove(top, bottom)
      done()
    } else if (command && key.toLowerCase() === 'z') {
      if (event.shiftKey) form.redo()
      else form.undo()
      done()
    } else if (command && key.toLowerCase() === 'y') {
      form.redo()
      done()
    } else if (key === 'F2') {
      edit(state, null)
      done()
    } else if (key === 'Enter' && !command) {
      // As in a spreadsheet Enter goes down; at the end it makes the next line.
      if (event.shiftKey) go(move(state, 'up', shape))
      else take(state, enter(state, shape, false, lastIsEmpty()))
      done()
    } else if (key === 'Delete' || key === 'Backspace') {
      clearBlock()
      done()
    } else if (key === ' ' && columns[state.active.column]?.field.type === 'boolean') {
      edit(state, null)
      done()
    } else if (key === 'Process' || event.nativeEvent.keyCode === 229) {
      edit(state, '')
    } else if (key.length === 1 && !command && !event.altKey) {
      edit(state, key)
      done()
    }
  }

  const onCopy = (event: ClipboardEvent, cut = false): void => {
    if (state.editing) return
    const { top, bottom, left, right } = blockOf(state)
    const { titles, unreadable } = form.store.getState()
    const block = lines().slice(top, bottom + 1).map((line) =>
      columns.slice(left, right + 1).map(({ field }) =>
        unreadable[linePath(name, line.id, field.name)]?.text ??
        fieldType(field.type).plain(line[field.name] ?? null, field, { language, titles }),
      ),
    )
    event.clipboardData.setData('text/plain', writeBlock(block))
    event.preventDefault()
    if (cut && open) clearBlock()
  }

  const onPaste = (event: ClipboardEvent): void => {
    const text = event.clipboardData.getData('text/plain')
    if (!open || text === '' || (state.editing && !/[\t\n]/.test(text.trimEnd()))) return
    event.preventDefault()
    const block = blockOf(state)
    const height = paste(text, block)
    if (height > 0) {
      const grown = { ...shape, rows: lines().length }
      const top = goTo(state, { row: block.top, column: block.left }, grown)
      go(goTo(top, { row: block.top + height - 1, column: block.left }, grown, true))
    }
  }

  const latest = useRef({ state, edit, go, remove, shape })
  useLayoutEffect(() => {
    latest.current = { state, edit, go, remove, shape }
  })

  // The same object for the life of the grid, so that lines are not drawn again for it.
  const actions: RowActions = useMemo(
    () => ({
      point(event: MouseEvent, row, column, kind) {
        const now = latest.current
        const here = now.state.active.row === row && now.state.active.column === column
        if (kind === 'down') {
          if (event.button !== 0 || (here && now.state.editing)) return
          event.preventDefault()
          dragging.current = true
          window.addEventListener('mouseup', () => { dragging.current = false }, { once: true })
          // A second press on the active cell edits it, as on a touch screen there is no double click.
          if (here && !event.shiftKey && event.detail === 1 && event.currentTarget === document.activeElement) now.edit(now.state, null)
          else now.go(goTo(now.state, { row, column }, now.shape, event.shiftKey))
        } else if (kind === 'enter' && dragging.current) now.go(goTo(now.state, { row, column }, now.shape, true))
        else if (kind === 'double' && !now.state.editing) now.edit(now.state, null)
      },
      selectLine(row, extend) {
        const now = latest.current
        const from = extend ? now.state.anchor.row : row
        now.go({ active: { row, column: 0 }, anchor: { row: from, column: now.shape.columns - 1 }, editing: null, leaving: false })
      },
      drop(id) {
        const row = lines().findIndex((line) => line.id === id)
        if (row >= 0) latest.current.remove(row, row)
      },
      change: (path, value) => form.set(path, value),
      unreadable: (path, problem) => form.setUnreadable(path, problem),
      leave(path) {
        form.touch(path)
        // The focus went elsewhere: the entry stands.
        const now = latest.current
        if (now.state.editing) setState((old) => (old.editing ? { ...old, editing: null } : old))
      },
      lookup: (field) => ({
        asker: `${entity.name}.${name}.${field}`,
        doc: () => buildHeader(entity, form.store.getState().values, form.store.getState().edited),
        learn: form.learn,
      }),
    }),
    [entity, form, lines, name],
  )

  return {
    state, shape, actions, focusWanted,
    onKeyDown, onCopy, onPaste, onCut: (event: ClipboardEvent) => onCopy(event, true),
    addLine: () => addLines(lines().length),
    insertLine: () => addLines(rowCount === 0 ? 0 : blockOf(state).bottom + 1),
    duplicate, shift,
    removeSelected: () => remove(blockOf(state).top, blockOf(state).bottom),
    show: (row: number, column: number) => go(goTo(state, { row, column }, shape)),
  }
}
