/** A list on a phone: each row a card with its title, state and what matters. */
import { useWindowVirtualizer } from '@tanstack/react-virtual'
import { useEffect, useRef, useState, useLayoutEffect } from 'react'
import { Link } from 'react-router'
import type { ListRow } from '@/api/records'
import type { ViewColumn } from '@/model/app'
import { paths } from '@/model/paths'
import type { Titles } from '@/model/record'
import type { Selection } from './bulk/use-selection'
import { Cell } from './cell'
import style from './record-cards.module.css'

interface RecordCardsProps {
  label: string
  entity: string
  columns: ViewColumn[]
  rows: ListRow[]
  titles: Titles
  colors: Record<string, string>
  onEnd: () => void
  /** While rows are chosen: a touch chooses instead of opening. */
  selection: Selection | null
}

/** Headline, second line, and the rest as pairs: a card says the same as the row, in another shape. */
export function cardParts(columns: ViewColumn[]) {
  const state = columns.find((column) => column.path === 'state') ?? columns.find((column) => column.type === 'choice' && column.options?.some((option) => option.color))
  const head = columns.find((column) => column.path !== state?.path)
  const second = columns.find((column) => column !== head && column !== state && (column.type === 'reference' || column.type === 'text'))
  const sum = columns.find((column) => column.type === 'money')
  const rest = columns.filter((column) => column !== state && column !== head && column !== second && column !== sum).slice(0, 4)
  return { state, head, second, sum, rest }
}

export function RecordCards({ label, entity, columns, rows, titles, colors, onEnd, selection }: RecordCardsProps) {
  const list = useRef<HTMLUListElement>(null)
  const [margin, setMargin] = useState(0)
  useLayoutEffect(() => setMargin(list.current?.offsetTop ?? 0), [rows.length])
  const virtual = useWindowVirtualizer({ count: rows.length, estimateSize: () => 112, overscan: 8, scrollMargin: margin })
  const shown = virtual.getVirtualItems()
  const last = shown.at(-1)?.index ?? 0
  useEffect(() => {
    if (rows.length > 0 && last >= rows.length - 10) onEnd()
  }, [last, rows.length, onEnd])
  const { state, head, second, sum, rest } = cardParts(columns)
  return (
    <ul ref={list} aria-label={label} className={style.list} style={{ height: virtual.getTotalSize() }}>
      {shown.map(({ index, start, key }) => {
        const row = rows[index]
        if (!row) return null
        const cell = (column: ViewColumn) => <Cell column={column} row={row} titles={titles} />
        return (
          <li key={key} data-index={index} ref={virtual.measureElement} className={style.place} style={{ transform: `translateY(${start - margin}px)` }}>
            <Link
              to={paths.record(entity, row.id)}
              className={style.card}
              data-color={colors[row.id]}
              data-chosen={selection?.has(row.id) || undefined}
              {...(selection ? { role: 'checkbox', 'aria-checked': selection.has(row.id) } : {})}
              onClick={(event) => {
                if (!selection) return
                event.preventDefault()
                selection.toggle(index, false)
              }}
            >
              <span className={style.top}>
                <span className={style.head}>{head ? cell(head) : row.title}</span>
                {state ? cell(state) : null}
              </span>
              {second || sum ? (
                <span className={style.top}>
                  <span className={style.second}>{second ? cell(second) : null}</span>
                  {sum ? <span className={style.sum}>{cell(sum)}</span> : null}
                </span>
              ) : null}
              {rest.length > 0 ? (
                <span className={style.rest}>
                  {rest.map((column) => (
                    <span key={column.path}><span className={style.label}>{column.label} </span>{cell(column)}</span>
                  ))}
                </span>
              ) : null}
            </Link>
          </li>
        )
      })}
    </ul>
  )
}
