// Lines as a grid that one fills in like a spreadsheet (ARIA grid). Only the lines on the screen are drawn.
import { useVirtualizer, defaultRangeExtractor } from '@tanstack/react-virtual'
import { useEffect, useId, useLayoutEffect, useMemo, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { useStore } from 'zustand'
import { fieldType } from '@/fields/registry'
import type { Field } from '@/model/app'
import type { Line } from '@/model/record'
import { Button } from '@/ui/button'
import { ColumnEdge, widthKey, widthKeys } from '@/ui/column-edge'
import { elementId, useForm } from '../form-context'
import { useProblemText } from '../form/problem-text'
import { isRequired } from '../model/evaluate'
import { asLinePlace, linesOf } from '../model/paths'
import { GridRow } from './grid-row'
import { blockOf } from './grid-state'
import { useLineProblems } from './line-problems'
import { totalOf } from './totals'
import { useColumns } from './use-columns'
import { useGrid } from './use-grid'
import style from './grid.module.css'

const ROW = 34

interface LineGridProps {
  table: Field
  label: string
  columns: readonly string[]
  totals: readonly string[]
}

export function LineGrid({ table, label, columns: names, totals }: LineGridProps) {
  const { t } = useTranslation('record')
  const { form, evaluator, language, onJump } = useForm()
  const gridId = useId()
  const scroller = useRef<HTMLDivElement>(null)
  const lines = useStore(form.store, (state) => linesOf(state.values, table.name))
  const titles = useStore(form.store, (state) => state.titles)
  const { columns, open, template, width, widths } = useColumns(table, names, totals)
  const grid = useGrid(table, columns, open, lines.length)
  const { state } = grid
  const problems = useLineProblems(table)
  const say = useProblemText()
  const words = useMemo(() => ({ yes: t('yes'), no: t('no'), remove: t('lines.remove'), line: t('lines.line') }), [t])

  const rows = useVirtualizer({
    count: lines.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW,
    overscan: 8,
    scrollMargin: ROW,
    scrollPaddingStart: ROW,
    scrollPaddingEnd: totals.length > 0 ? 2 * ROW : ROW,
    initialRect: { width: 900, height: 600 },
    getItemKey: (index) => lines[index]?.id ?? index,
    // The line with the focus stays, even where it is scrolled away.
    rangeExtractor: (range) => {
      const shown = defaultRangeExtractor(range)
      const active = state.active.row
      return shown.includes(active) || active >= lines.length ? shown : [...shown, active].toSorted((a, b) => a - b)
    },
  })

  // Where a condition asks for a value, what it reads in the header counts as well.
  const conditional = columns.some(({ field }) => field.required_when !== undefined)
  const values = useStore(form.store, (state) => (conditional ? state.values : null))
  const needed = (line: Line): string =>
    columns.filter(({ field, writable }) => writable && isRequired(evaluator, field, { values: values ?? {}, table: table.name, line })).map(({ field }) => field.name).join(' ')

  const { row: activeRow, column: activeColumn } = state.active
  const editing = state.editing !== null
  useLayoutEffect(() => {
    if (!grid.focusWanted.current) return
    rows.scrollToIndex(activeRow)
    const cell = document.getElementById(`${gridId}-${activeRow}-${activeColumn}`)
    if (cell && !editing) {
      grid.focusWanted.current = false
      cell.focus({ preventScroll: true })
      reveal(cell, scroller.current)
    }
  })

  useEffect(
    () =>
      onJump((path) => {
        const place = asLinePlace(path)
        if ((place?.lines ?? path) !== table.name) return false
        const row = place ? lines.findIndex((line) => line.id === place.id) : 0
        const column = columns.findIndex((one) => one.field.name === place?.field)
        scroller.current?.scrollIntoView({ block: 'center' })
        if (lines.length === 0) document.getElementById(`${gridId}-add`)?.focus()
        else grid.show(Math.max(0, row), Math.max(0, column))
        return true
      }),
    [columns, grid, gridId, lines, onJump, table],
  )

  const block = blockOf(state)
  const items = rows.getVirtualItems()
  const before = items[0] ? items[0].start - ROW : 0
  const last = items.at(-1)
  const after = last ? rows.getTotalSize() - (last.end - ROW) : 0
  const activeLine = lines[activeRow]
  const here = activeLine ? problems.of(activeLine)?.[columns[activeColumn]?.field.name ?? ''] : undefined
  return (
    <div className={style.frame} id={elementId(table.name)}>
      {/* The grid's own cells take the focus; keys and clipboard bubble up to it. */}
      <div
        ref={scroller}
        role="grid"
        tabIndex={lines.length === 0 ? 0 : -1}
        aria-label={label}
        aria-rowcount={lines.length + 1}
        aria-colcount={columns.length + 2}
        aria-multiselectable="true"
        aria-readonly={!open || undefined}
        aria-describedby={`${gridId}-message`}
        className={style.scroll}
        aria-keyshortcuts={widthKeys}
        onKeyDown={(event) => {
          const name = columns[activeColumn]?.field.name
          const heading = event.currentTarget.querySelector<HTMLElement>(`[role="columnheader"][aria-colindex="${activeColumn + 2}"]`)
          const asked = name && heading && state.editing === null ? widthKey(event, heading.offsetWidth) : null
          if (asked && name) {
            event.preventDefault()
            widths.set(name, asked.width)
          } else grid.onKeyDown(event)
        }}
        onCopy={grid.onCopy}
        onCut={grid.onCut}
        onPaste={grid.onPaste}
        style={{ '--columns': template, '--number': '40px', '--width': `${width}px` } as React.CSSProperties}
      >
        <div className={style.table} style={{ minWidth: width }} role="presentation">
          <div role="row" aria-rowindex={1} className={`${style.row} ${style.head}`}>
            <div role="columnheader" aria-colindex={1} className={`${style.heading} ${style.fixed} ${style.number}`}><span className="visually-hidden">{t('lines.line')}</span>#</div>
            {columns.map(({ field, currency, writable }, at) => (
              <div
                key={field.name}
                role="columnheader"
                aria-colindex={at + 2}
                title={field.help ?? field.label}
                className={[style.heading, fieldType(field.type).align === 'end' && style.end, fieldType(field.type).align === 'center' && style.center, at === 0 && `${style.fixed} ${style.last}`].filter(Boolean).join(' ')}
                style={at === 0 ? { left: 'var(--number)' } : undefined}
              >
                <span>{field.label}{field.required && writable && <i className={style.mark} aria-hidden="true">*</i>}</span>
                {currency && <small>{currency}</small>}
                <ColumnEdge onResize={(to) => widths.set(field.name, to)} />
              </div>
            ))}
            <div role="columnheader" aria-colindex={columns.length + 2}><span className="visually-hidden">{t('lines.actions')}</span></div>
          </div>
          <div role="presentation" style={{ paddingTop: before, paddingBottom: Math.max(0, after) }}>
            {items.map(({ index, key }) => {
              const line = lines[index]
              const selected = index >= block.top && index <= block.bottom && (block.top !== block.bottom || block.left !== block.right)
              return line ? (
                <GridRow
                  key={key}
                  gridId={gridId}
                  table={table.name}
                  line={line}
                  index={index}
                  columns={columns}
                  active={index === activeRow ? activeColumn : -1}
                  from={selected ? block.left : 0}
                  to={selected ? block.right : -1}
                  editing={index === activeRow ? state.editing : null}
                  problems={problems.of(line)}
                  needed={needed(line)}
                  unreadable={problems.unreadable[line.id]}
                  language={language}
                  titles={titles}
                  words={words}
                  mayRemove={open}
                  actions={grid.actions}
                />
              ) : null
            })}
          </div>
          {lines.length === 0 && (
            <div role="row" className={style.empty}>
              <div role="gridcell">
                <p>{open ? t('lines.none_open') : t('lines.none')}</p>
              </div>
            </div>
          )}
          {totals.length > 0 && lines.length > 0 && <Totals table={table} totals={totals} columns={columns} count={lines.length} />}
        </div>
      </div>
      <div className={style.bar}>
        {open && (
          <>
            <span id={`${gridId}-add-frame`}><Button kind="quiet" size="small" icon="add" onClick={grid.addLine}>{t('lines.add')}</Button></span>
            {lines.length > 0 && (
              <>
                <Button kind="quiet" size="small" icon="copy" label={t('lines.duplicate')} onClick={grid.duplicate} />
                <Button kind="quiet" size="small" icon="sort_up" label={t('lines.up')} disabled={activeRow === 0} onClick={() => grid.shift(-1)} />
                <Button kind="quiet" size="small" icon="sort_down" label={t('lines.down')} disabled={activeRow >= lines.length - 1} onClick={() => grid.shift(1)} />
                <Button kind="quiet" size="small" icon="delete" label={t('lines.remove_selected')} onClick={grid.removeSelected} />
              </>
            )}
          </>
        )}
        <p id={`${gridId}-message`} aria-live="polite" className={`${style.message} ${here ? (here.level === 'error' ? style.bad : style.warn) : ''}`}>
          {here
            ? t('lines.message', { line: activeRow + 1, label: columns[activeColumn]?.field.label ?? '', message: say(here) })
            : open ? t('lines.hint') : t('lines.count', { count: lines.length })}
        </p>
      </div>
    </div>
  )
}

function Totals({ table, totals, columns, count }: { table: Field; totals: readonly string[]; columns: ReturnType<typeof useColumns>['columns']; count: number }) {
  const { t } = useTranslation('record')
  const { form, language } = useForm()
  const lines = useStore(form.store, (state) => linesOf(state.values, table.name))
  const sums = useMemo(
    () => columns.map(({ field }) => (totals.includes(field.name) ? totalOf(lines, field.name) : null)),
    [columns, lines, totals],
  )
  return (
    <div role="row" aria-rowindex={count + 2} className={`${style.row} ${style.foot}`}>
      <div role="gridcell" aria-colindex={1} aria-label={t('lines.total', { count })} className={`${style.cell} ${style.fixed} ${style.number}`} />
      {columns.map(({ field, currency }, at) => (
        <div
          key={field.name}
          role="gridcell"
          aria-colindex={at + 2}
          className={[style.cell, fieldType(field.type).align === 'end' && style.end, at === 0 && `${style.fixed} ${style.last}`].filter(Boolean).join(' ')}
          style={at === 0 ? { left: 'var(--number)' } : undefined}
        >
          {sums[at] !== null && sums[at] !== undefined
            ? <span className={style.text}>{fieldType(field.type).format(sums[at], field, { language, currency })}</span>
            : at === 0 && <span className={style.text}>{t('lines.total', { count })}</span>}
        </div>
      ))}
    </div>
  )
}

/** Scrolls sideways so that the cell does not hide under the fixed first columns. */
function reveal(cell: HTMLElement, frame: HTMLElement | null): void {
  if (!frame || cell.style.left !== '') return
  const first = cell.parentElement?.children[1]
  const left = first instanceof HTMLElement ? first.offsetLeft + first.offsetWidth : 0
  const box = { start: cell.offsetLeft, end: cell.offsetLeft + cell.offsetWidth }
  if (box.start - frame.scrollLeft < left) frame.scrollLeft = Math.max(0, box.start - left)
  else if (box.end - frame.scrollLeft > frame.clientWidth) frame.scrollLeft = box.end - frame.clientWidth
}
