// Puts a block from the clipboard into the lines: new lines where it is longer, lookups in the background, texts that
// are no values kept at their cells with the reason.
import { useCallback } from 'react'
import { useTranslation } from 'react-i18next'
import { lookupRecords } from '@/api/records'
import { targetOf } from '@/fields/reference'
import type { Field } from '@/model/app'
import { useToast } from '@/ui/toast'
import { useForm } from '../form-context'
import { parseBlock } from '../model/clipboard'
import { linePath, linesOf } from '../model/paths'
import { buildHeader } from '../model/patch'
import type { Unreadable } from '../model/store'
import type { GridColumn } from './grid-row'
import type { Block } from './grid-state'
import { lookUp, readPaste, type PastedCell } from './paste'

const MOST_LINES = 5000

export function usePaste(table: Field, columns: readonly GridColumn[]): (text: string, block: Block) => number {
  const { form, entity, language } = useForm()
  const { t } = useTranslation('record')
  const toast = useToast()

  const resolveTexts = useCallback(
    async (cells: readonly (PastedCell & { path: string; lookup: string })[]): Promise<number> => {
      const doc = buildHeader(entity, form.store.getState().values, form.store.getState().edited)
      let bad = 0
      for (const name of new Set(cells.map((cell) => cell.field.name))) {
        const field = table.fields?.[name]
        if (!field) continue
        const mine = cells.filter((cell) => cell.field.name === name)
        const found = await lookUp(mine.map((cell) => cell.lookup), async (q) => {
          const answer = await lookupRecords(targetOf(field), { q, field: `${entity.name}.${table.name}.${name}`, limit: 20, doc })
          return answer.rows
        })
        const changes: { path: string; value: string }[] = []
        for (const cell of mine) {
          // Somebody typed there meanwhile: the search came too late.
          const waiting = form.store.getState().unreadable[cell.path]
          if (waiting?.problem !== 'looking_up' || waiting.text !== cell.text) continue
          const answer = found.get(cell.lookup) ?? 'not_found'
          if (typeof answer === 'string') {
            bad += 1
            form.setUnreadable(cell.path, { text: cell.text, problem: answer, values: { text: cell.lookup } })
          } else {
            form.learn({ [answer.id]: answer.title })
            changes.push({ path: cell.path, value: answer.id })
          }
        }
        form.setMany(changes)
      }
      return bad
    },
    [entity, form, table],
  )

  return useCallback(
    (text, block) => {
      const rows = parseBlock(text).slice(0, MOST_LINES)
      const { values, titles } = form.store.getState()
      const paste = readPaste(rows, {
        columns: columns.map((column) => column.field),
        writable: columns.map((column) => column.writable),
        top: block.top,
        left: block.left,
        height: block.bottom - block.top + 1,
        width: block.right - block.left + 1,
      }, { language, titles })
      if (paste.cells.length === 0) {
        if (paste.skipped > 0) toast.info(t('lines.paste_nothing'))
        return 0
      }
      const missing = paste.rows - linesOf(values, table.name).length
      if (missing > 0) form.insertLines(table.name, linesOf(values, table.name).length, Array.from({ length: missing }, () => ({})))
      const lines = linesOf(form.store.getState().values, table.name)
      const placed = paste.cells.flatMap((cell) => {
        const line = lines[cell.row]
        return line ? [{ ...cell, path: linePath(table.name, line.id, cell.field.name) }] : []
      })
      // Where a text is no value, or is still looked up, nothing computes with what stood there before.
      form.setMany(placed.map((cell) => ({ path: cell.path, value: 'value' in cell.result ? cell.result.value : null })))
      let bad = 0
      const unread: Record<string, Unreadable> = {}
      const searches: (PastedCell & { path: string; lookup: string })[] = []
      for (const cell of placed) {
        if ('problem' in cell.result) {
          bad += 1
          unread[cell.path] = { text: cell.text, problem: cell.result.problem, ...(cell.result.values ? { values: cell.result.values } : {}) }
        } else if ('lookup' in cell.result) {
          unread[cell.path] = { text: cell.text, problem: 'looking_up' }
          searches.push({ ...cell, lookup: cell.result.lookup })
        }
      }
      form.setUnreadables(unread)
      const tell = (wrong: number): void => {
        const count = paste.rows - block.top
        if (wrong > 0) toast.error(t('lines.pasted_with_problems', { count, problems: wrong }))
        else if (count > 1) toast.success(t('lines.pasted', { count }))
      }
      if (searches.length === 0) tell(bad)
      else void resolveTexts(searches).then((more) => tell(bad + more))
      return paste.rows - block.top
    },
    [columns, form, language, resolveTexts, t, table, toast],
  )
}
