import { memo, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import type { ListRow } from '@/api/records'
import type { EntityModel, ViewColumn } from '@/model/app'
import { moveTo, type BoardColumn, type ColumnValue } from '@/model/board'
import { paths } from '@/model/paths'
import type { Titles } from '@/model/record'
import { Button } from '@/ui/button'
import { MenuButton } from '@/ui/menu-button'
import { Cell } from '../cell'
import { useDraggable } from './use-drag'
import type { Moving } from './use-moves'
import style from './board.module.css'

interface BoardCardProps {
  row: ListRow
  titles: Titles
  color: string | undefined
  from: ColumnValue
  columns: BoardColumn[]
  entity: EntityModel
  by: ViewColumn
  card: ViewColumn[]
  onMove: (moving: Moving) => void
}

export const BoardCard = memo(function BoardCard({ row, titles, color, from, columns, entity, by, card, onMove }: BoardCardProps) {
  const { t } = useTranslation()
  const targets = columns.filter((column) => moveTo(by, entity, from, column.value) !== null)
  const { ref, dragged } = useDraggable<HTMLLIElement>({ card: { row, from } }, targets.length > 0)
  const menu = useRef<HTMLSpanElement>(null)
  const [head, ...rest] = card
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- Keys of the links and buttons inside arrive here.
    <li
      ref={ref}
      className={style.card}
      data-color={color}
      data-dragged={dragged || undefined}
      data-movable={targets.length > 0 || undefined}
      onKeyDown={(event) => {
        // m on a card opens where it can go.
        if (event.key !== 'm' || event.ctrlKey || event.metaKey || event.altKey) return
        event.preventDefault()
        menu.current?.querySelector('button')?.click()
      }}
    >
      <div className={style.top}>
        <Link to={paths.record(entity.name, row.id)} className={style.title} draggable={false}>{head && row[head.path] !== null ? <Cell column={head} row={row} titles={titles} /> : row.title}</Link>
        {targets.length > 0 ? (
          <span ref={menu}>
            <MenuButton entries={[
              { key: 'heading', heading: true, label: t('list:board.move_to') },
              ...targets.map((column) => ({ key: column.value ?? '', label: column.label, onSelect: () => onMove({ row, from, to: column.value }) })),
            ]}
            >
              <Button kind="quiet" size="small" icon="more" label={t('list:board.move', { title: row.title })} />
            </MenuButton>
          </span>
        ) : null}
      </div>
      <div className={style.rest}>
        {rest.map((column) => (row[column.path] === null || row[column.path] === undefined || row[column.path] === '' ? null : (
          <span key={column.path} className={column.type === 'money' ? `${style.value} ${style.amount}` : style.value} title={column.label}>
            <Cell column={column} row={row} titles={titles} />
          </span>
        )))}
      </div>
    </li>
  )
})
