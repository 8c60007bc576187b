// What a block from the clipboard means for the lines: values, texts to look up, texts that are no values.
import type { FormatContext } from '@/fields/field-type'
import { fieldType } from '@/fields/registry'
import { fold } from '@/fields/widgets/fold'
import type { Field } from '@/model/app'
import type { Scalar } from '@/model/record'

export interface PastedCell {
  /** The line, counted from the top of the table; beyond its end new lines are made. */
  row: number
  field: Field
  text: string
  result: { value: Scalar } | { lookup: string } | { problem: string; values?: Record<string, string | number> }
}

export interface Paste {
  cells: PastedCell[]
  /** How many lines the table must have. */
  rows: number
  /** Texts that met columns which cannot be written. */
  skipped: number
}

export interface PasteTarget {
  columns: readonly Field[]
  writable: readonly boolean[]
  top: number
  left: number
  /** The selected block; one value fills it. */
  height: number
  width: number
}

/** The columns that a heading row names, or null if the first row is no heading. */
export function headingColumns(first: readonly string[], columns: readonly Field[]): (number | null)[] | null {
  const named = first.map((text) => {
    const index = columns.findIndex((column) => fold(column.label) === fold(text) || fold(column.name) === fold(text))
    return index >= 0 ? index : null
  })
  const found = named.filter((index) => index !== null).length
  return found > 0 && found >= Math.ceil(first.filter((text) => text.trim() !== '').length / 2) ? named : null
}

/** Reads a block over the table. One cell fills the whole selection; a heading row places columns by their names. */
export function readPaste(block: readonly (readonly string[])[], target: PasteTarget, context: FormatContext): Paste {
  const single = block.length === 1 && block[0]?.length === 1
  const headings = single ? null : headingColumns(block[0] ?? [], target.columns)
  const body = headings ? block.slice(1) : block
  const cells: PastedCell[] = []
  let skipped = 0
  const height = single ? target.height : body.length
  for (let down = 0; down < height; down += 1) {
    const texts = single ? Array.from({ length: target.width }, () => block[0]?.[0] ?? '') : (body[down] ?? [])
    texts.forEach((text, across) => {
      const column = headings ? headings[across] : target.left + across
      if (column === null || column === undefined) return
      const field = target.columns[column]
      if (!field || !target.writable[column]) {
        if (text.trim() !== '') skipped += 1
        return
      }
      cells.push({ row: target.top + down, field, text, result: fieldType(field.type).parse(text, field, context) })
    })
  }
  return { cells, rows: target.top + height, skipped }
}

export interface Candidate {
  id: string
  title: string
  subtitle?: string
}

/** The record that a text means among what a search found: by title, by code, or because there is only one. */
export function resolve(text: string, rows: readonly Candidate[]): Candidate | 'not_found' | 'several_found' {
  const word = fold(text)
  const exact = rows.filter(
    (row) => fold(row.title) === word || row.id === text || (row.subtitle ?? '').split(/[·|,]/).some((part) => fold(part) === word),
  )
  if (exact.length === 1 && exact[0]) return exact[0]
  if (exact.length > 1) return 'several_found'
  // `LI-1001 LED floodlight` is the record with the code LI-1001.
  const begun = rows.filter((row) => fold(row.title).startsWith(`${word} `) || fold(row.title).split(/\s+/)[0] === word)
  if (begun.length === 1 && begun[0]) return begun[0]
  if (rows.length === 1 && rows[0]) return rows[0]
  return rows.length === 0 ? 'not_found' : 'several_found'
}

/** Looks texts up, each once, a few at a time. */
export async function lookUp(
  texts: Iterable<string>,
  search: (text: string) => Promise<readonly Candidate[]>,
  atOnce = 6,
): Promise<Map<string, Candidate | 'not_found' | 'several_found'>> {
  const waiting = [...new Set(texts)]
  const found = new Map<string, Candidate | 'not_found' | 'several_found'>()
  const work = async (): Promise<void> => {
    for (let text = waiting.shift(); text !== undefined; text = waiting.shift()) {
      try {
        found.set(text, resolve(text, await search(text)))
      } catch {
        found.set(text, 'not_found')
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(atOnce, waiting.length) }, work))
  return found
}
