/** The rows of a list: only what is in sight is drawn; headings sort; arrows or j and k walk, Enter opens, x chooses. */
import { useVirtualizer } from '@tanstack/react-virtual'
import { lazy, Suspense, useEffect, useMemo, useRef, useState, type KeyboardEvent, type MouseEvent, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { Link, useNavigate } from 'react-router'
import type { Widths } from '@/api/preferences'
import type { ListRow } from '@/api/records'
import type { ViewColumn } from '@/model/app'
import { columnTracks, columnWidth, isNumeric, nextSort, saysCurrency, type SortKey } from '@/model/columns'
import { paths } from '@/model/paths'
import type { Titles } from '@/model/record'
import { ColumnEdge, widthKey, widthKeys } from '@/ui/column-edge'
import { Icon } from '@/ui/icon'
import type { Selection } from './bulk/use-selection'
import { Cell, cellText } from './cell'
import type { Density } from './use-layout'
import { useRowKeys } from './use-row-keys'
import style from './record-grid.module.css'

const HeadingDrag = lazy(() => import('./heading-drag'))

const rowHeights = { comfortable: 38, compact: 28 }
/** The box by which a row is chosen. */
const boxWidth = 34

/** Types whose values have no order. */
const UNSORTED: ReadonlySet<string> = new Set(['multi_choice', 'long_text', 'rich_text', 'attachment', 'image', 'signature', 'tags', 'references', 'address', 'geo', 'json'])

interface RecordGridProps {
  label: string
  entity: string
  columns: ViewColumn[]
  rows: ListRow[]
  titles: Titles
  colors: Record<string, string>
  sort: SortKey[]
  onSort: (sort: SortKey[]) => void
  onEnd: () => void
  stale: boolean
  footer: ReactNode
  widths: Widths
  /** So many columns stay in sight at the left. */
  pinned: number
  density: Density
  /** Columns in another order. */
  onColumns: (paths: string[]) => void
  selection: Selection
  /** What can be done to a row beside opening it. */
  rowAction?: ((row: ListRow) => ReactNode) | undefined
}

export function RecordGrid({ label, entity, columns, rows, titles, colors, sort, onSort, onEnd, stale, footer, widths, pinned, density, onColumns, selection, rowAction }: RecordGridProps) {
  const scroller = useRef<HTMLDivElement>(null)
  const navigate = useNavigate()
  const { t } = useTranslation()
  const rowHeight = rowHeights[density]
  const virtual = useVirtualizer({ count: rows.length, getScrollElement: () => scroller.current, estimateSize: () => rowHeight, overscan: 14 })
  const shown = virtual.getVirtualItems()
  const last = shown.at(-1)?.index ?? 0
  useEffect(() => {
    if (rows.length > 0 && last >= rows.length - 15) onEnd()
  }, [last, rows.length, onEnd])
  useRowKeys(scroller, rows.length, (index) => virtual.scrollToIndex(index, { align: 'auto' }), selection)
  useEffect(() => virtual.measure(), [virtual, rowHeight])

  const { i18n } = useTranslation()
  // The first rows tell how wide the columns must be; further pages change nothing under the reader's eyes.
  const sample = rows[0]
  const natural = useMemo(
    () => columns.map((column) => columnWidth(column, rows.slice(0, 40).map((row) => cellText(column, row, titles, i18n.language)))),
    // oxlint-disable-next-line react/exhaustive-deps
    [columns, sample, i18n.language],
  )
  const tracks = useMemo(() => columnTracks(columns, natural, widths.of, pinned), [columns, natural, widths.of, pinned])
  const action = rowAction ? 56 : 0
  const grid = { gridTemplateColumns: `${boxWidth}px ${tracks.template}${action ? ` ${action}px` : ''}`, minWidth: boxWidth + tracks.least + action + 14 }
  const place = (n: number) => (n < pinned && tracks.left[n] !== undefined ? { left: boxWidth + tracks.left[n] } : undefined)
  const move = (path: string, before: string) => {
    const paths_ = columns.map((column) => column.path).filter((one) => one !== path)
    paths_.splice(paths_.indexOf(before), 0, path)
    onColumns(paths_)
  }
  // What it takes to drag headings comes when the pointer does.
  const [arranging, setArranging] = useState(false)
  const every = rows.length > 0 && selection.count === rows.length

  const open = (event: MouseEvent, row: ListRow) => {
    // A menu or dialog of the row is its child for React, but not on the page.
    if (!event.currentTarget.contains(event.target as Node)) return
    if (event.defaultPrevented || (event.target as HTMLElement).closest('a, button, label, input') || window.getSelection()?.toString()) return
    const to = paths.record(entity, row.id)
    if (event.ctrlKey || event.metaKey) window.open(to, '_blank')
    else void navigate(to)
  }

  return (
    <div ref={scroller} className={style.scroller} data-stale={stale || undefined} onScroll={(event) => event.currentTarget.toggleAttribute('data-aside', event.currentTarget.scrollLeft > 0)}>
      <div role="table" aria-label={label} aria-rowcount={-1} className={style.table} style={{ minWidth: grid.minWidth }}>
        <div role="rowgroup" className={style.head} onPointerEnter={() => setArranging(true)}>
          <div role="row" className={style.row} style={grid}>
            <div role="columnheader" className={`${style.box} ${style.pinned}`} style={{ left: 0 }}><Box checked={every} some={selection.count > 0 && !every} label={t('list:bulk.choose_loaded')} onChange={selection.chooseLoaded} /></div>
            {columns.map((column, n) => <Heading key={column.path} column={column} place={place(n)} arranging={arranging} sort={sort} onSort={onSort} onResize={(width) => widths.set(column.path, width)} onMove={move} />)}
            {rowAction ? <div role="columnheader"><span className="visually-hidden">{t('list:row_action')}</span></div> : null}
          </div>
        </div>
        <div role="rowgroup" style={{ height: virtual.getTotalSize(), position: 'relative' }}>
          {shown.map(({ index, start }) => {
            const row = rows[index]
            if (!row) return null
            return (
              <div
                key={row.id}
                role="row"
                aria-rowindex={index + 2}
                data-row={index}
                data-color={colors[row.id]}
                aria-selected={selection.has(row.id)}
                className={`${style.row} ${style.body}`}
                style={{ ...grid, height: rowHeight, transform: `translateY(${start}px)` }}
                onClick={(event) => open(event, row)}
                onKeyDown={openOnEnter}
              >
                <div role="cell" className={`${style.box} ${style.pinned}`} style={{ left: 0 }}><Box checked={selection.has(row.id)} label={t('list:bulk.choose_row', { title: row.title })} onChange={(range) => selection.toggle(index, range)} /></div>
                {columns.map((column, n) => (
                  <div key={column.path} role="cell" style={place(n)} className={`${style.cell} ${isNumeric(column.type) ? style.number : ''} ${place(n) ? style.pinned : ''}`}>
                    {n === 0
                      ? <Link to={paths.record(entity, row.id)} className={style.link} data-row-link><Cell column={column} row={row} titles={titles} /></Link>
                      : <Cell column={column} row={row} titles={titles} hideCurrency={saysCurrency(columns, column)} />}
                  </div>
                ))}
                {rowAction ? <div role="cell" className={style.action}>{rowAction(row)}</div> : null}
              </div>
            )
          })}
        </div>
      </div>
      {footer}
    </div>
  )
}

/** Enter on the row's link is the browser's own; nothing to add, but the row is known to take keys. */
function openOnEnter(event: KeyboardEvent): void {
  if (event.key === 'Enter') event.stopPropagation()
}

interface BoxProps {
  checked: boolean
  some?: boolean
  label: string
  /** With Shift: from the last one on. */
  onChange: (range: boolean) => void
}

/** A box of the browser's own: hundreds of them are drawn while one scrolls. */
function Box({ checked, some = false, label, onChange }: BoxProps) {
  return (
    <label className={style.hit}>
      <input
        type="checkbox"
        checked={checked}
        aria-label={label}
        ref={(input) => {
          if (input) input.indeterminate = some
        }}
        onChange={(event) => onChange((event.nativeEvent as unknown as MouseEvent<HTMLElement>).shiftKey)}
      />
    </label>
  )
}

interface HeadingProps {
  column: ViewColumn
  place: { left: number } | undefined
  arranging: boolean
  onMove: (path: string, before: string) => void
  sort: SortKey[]
  onSort: (sort: SortKey[]) => void
  onResize: (width: number | null) => void
}

function Heading({ column, place, arranging, sort, onSort, onResize, onMove }: HeadingProps) {
  const { t } = useTranslation()
  const heading = useRef<HTMLDivElement>(null)
  const at = sort.findIndex((key) => key.path === column.path)
  const key = sort[at]
  const sortable = !UNSORTED.has(column.type)
  const resize = (event: KeyboardEvent<HTMLButtonElement>) => {
    const asked = widthKey(event, event.currentTarget.parentElement?.offsetWidth ?? 0)
    if (!asked) return
    event.preventDefault()
    onResize(asked.width)
  }
  return (
    <div
      ref={heading}
      role="columnheader"
      style={place}
      aria-sort={key ? (key.descending ? 'descending' : 'ascending') : undefined}
      className={`${style.heading} ${isNumeric(column.type) ? style.number : ''} ${place ? style.pinned : ''}`}
    >
      {sortable ? (
        <button type="button" className={style.sort} data-sorted={key ? true : undefined} title={`${column.label}. ${t('list:sort_hint')}`} aria-keyshortcuts={widthKeys} onKeyDown={resize} onClick={(event) => onSort(nextSort(sort, column.path, event.shiftKey))}>
          <span className={style.headingText}>{column.label}</span>
          {key ? <Icon name={key.descending ? 'sort_down' : 'sort_up'} size={13} /> : null}
          {key && sort.length > 1 ? <span className={style.rank} aria-hidden>{at + 1}</span> : null}
        </button>
      ) : <span className={style.headingText} title={column.label}>{column.label}</span>}
      <ColumnEdge onResize={onResize} />
      {arranging ? <Suspense fallback={null}><HeadingDrag heading={heading} path={column.path} onMove={onMove} /></Suspense> : null}
    </div>
  )
}
