import { useEffect, useMemo, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { useAppModel } from '@/api/app-context'
import type { Group } from '@/api/groups'
import type { ListQuery, ListRow } from '@/api/records'
import type { EntityModel, ViewColumn } from '@/model/app'
import type { BoardColumn, ColumnValue } from '@/model/board'
import { currencyOf } from '@/model/columns'
import { formatDecimal, formatValue } from '@/model/format'
import { Button } from '@/ui/button'
import { SkeletonRows } from '@/ui/skeleton'
import { useRows } from '../use-rows'
import { BoardCard } from './board-card'
import { useDropTarget } from './use-drag'
import type { Moving } from './use-moves'
import style from './board.module.css'

interface BoardColumnProps {
  column: BoardColumn
  columns: BoardColumn[]
  group: Group | undefined
  counted: boolean
  folded: boolean
  onUnfold: () => void
  entity: EntityModel
  by: ViewColumn
  sum: ViewColumn | undefined
  card: ViewColumn[]
  query: ListQuery
  underway: ReadonlyMap<string, ColumnValue>
  onMove: (moving: Moving) => void
}

/** What is dragged: a card with its record and the column that it comes from. */
interface Carried {
  card?: { row: ListRow; from: ColumnValue }
}

export function BoardColumnView({ column, columns, group, counted, folded, onUnfold, entity, by, sum, card, query, underway, onMove }: BoardColumnProps) {
  const { t, i18n } = useTranslation()
  const model = useAppModel()
  const { ref, over } = useDropTarget<HTMLDivElement>({
    canDrop: (what) => {
      // Also where there is no way: then it is said why the card goes back.
      const carried = (what as Carried).card
      return carried !== undefined && carried.from !== column.value
    },
    onDrop: (what) => {
      const carried = (what as Carried).card
      if (carried) onMove({ row: carried.row, from: carried.from, to: column.value })
    },
  })
  const number = (value: number) => formatDecimal(value, i18n.language, 0)
  const currency = sum ? currencyOf(sum, {}, model) : null
  const total = sum && group?.sum !== undefined
    ? (currency ? `${currency} ` : '') + formatValue(group.sum, i18n.language, { type: sum.type, ...(sum.scale === undefined ? {} : { scale: sum.scale }), ...(sum.display === undefined ? {} : { display: sum.display }) })
    : null
  return (
    <div ref={ref} className={folded ? `${style.column} ${style.folded}` : style.column} data-over={over || undefined} role="group" aria-label={column.label}>
      <header className={style.heading} data-color={column.color}>
        <h2 className={style.name} title={column.label}>{column.label}</h2>
        <span className={style.count}>{counted ? number(group?.count ?? 0) : '…'}</span>
        {total ? <span className={style.sum} title={sum?.label}>{total}</span> : null}
        {folded ? <Button kind="quiet" size="small" icon="right" label={t('list:board.unfold', { column: column.label })} onClick={onUnfold} /> : null}
      </header>
      {folded ? null : (group?.count ?? 0) === 0 && counted && underway.size === 0
        ? <p className={style.nothing}>{t('list:board.nothing')}</p>
        : <Cards column={column} columns={columns} entity={entity} by={by} card={card} query={query} underway={underway} onMove={onMove} />}
    </div>
  )
}

type CardsProps = Pick<BoardColumnProps, 'column' | 'columns' | 'entity' | 'by' | 'card' | 'query' | 'underway' | 'onMove'>

/** The cards of a column, loaded as one scrolls. */
function Cards({ column, columns, entity, by, card, query, underway, onMove }: CardsProps) {
  const { t } = useTranslation()
  const own = useMemo((): ListQuery => {
    const only = column.value === null ? [by.path, 'is null'] : [by.path, '=', column.value]
    return { ...query, filter: JSON.stringify(query.filter ? { all: [JSON.parse(query.filter), only] } : only) }
  }, [query, column.value, by.path])
  const { list, rows, titles, colors } = useRows(entity.name, own)
  const end = useRef<HTMLDivElement>(null)
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = list
  useEffect(() => {
    const mark = end.current
    if (!mark || !hasNextPage) return undefined
    const observer = new IntersectionObserver((seen) => {
      if (seen.some((one) => one.isIntersecting) && !isFetchingNextPage) void fetchNextPage()
    }, { rootMargin: '400px' })
    observer.observe(mark)
    return () => observer.disconnect()
  }, [hasNextPage, isFetchingNextPage, fetchNextPage, rows.length])
  if (list.isPending) return <div className={style.cards}><SkeletonRows rows={3} height={84} /></div>
  if (list.error) return <div className={style.cards}><Button size="small" icon="refresh" onClick={() => void list.refetch()}>{t('action.retry')}</Button></div>
  return (
    <ul className={style.cards}>
      {rows.filter((row) => !underway.has(row.id) || underway.get(row.id) === column.value).map((row) => (
        <BoardCard key={row.id} row={row} titles={titles} color={colors[row.id]} from={column.value} columns={columns} entity={entity} by={by} card={card} onMove={onMove} />
      ))}
      {hasNextPage ? <li><div ref={end} className={style.more}><Button size="small" kind="quiet" busy={isFetchingNextPage} onClick={() => void fetchNextPage()}>{t('list:board.more')}</Button></div></li> : null}
    </ul>
  )
}
