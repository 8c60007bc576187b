/** A board: a column for each state or option, with how many there are and what they come to. Cards are moved by dragging, by their menu or by keys. */
import { useQuery } from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { groupRecords } from '@/api/groups'
import { keys } from '@/api/keys'
import type { ListQuery } from '@/api/records'
import type { EntityModel, ViewColumn } from '@/model/app'
import { boardColumns, type ColumnValue } from '@/model/board'
import { askedPaths } from '@/model/columns'
import { Failure } from '@/ui/failure'
import { Select } from '@/ui/select'
import { phone, useMedia } from '@/ui/use-media'
import { BoardColumnView } from './board-column'
import { useMoves } from './use-moves'
import style from './board.module.css'

export interface BoardProps {
  label: string
  entity: EntityModel
  by: ViewColumn
  sum: ViewColumn | undefined
  card: ViewColumn[]
  query: ListQuery
}

/** A value as the address and the browser's keys know it. */
const keyOf = (value: ColumnValue) => value ?? ''

export default function BoardView({ label, entity, by, sum, card, query }: BoardProps) {
  const { t } = useTranslation()
  const small = useMedia(phone)
  const [asked, setAsked] = useState<string | null>(null)
  const [opened, setOpened] = useState<ReadonlySet<string>>(new Set())
  const what = useMemo(() => ({ ...query, columns: askedPaths(card).join(',') }), [query, card])
  const groups = useQuery({
    queryKey: [...keys.entity(entity.name), 'list', 'groups', by.path, sum?.path, what],
    queryFn: ({ signal }) => groupRecords(entity.name, by.path, sum?.path, what, signal),
    placeholderData: (before) => before,
  })
  const found = useMemo(() => new Map((groups.data?.groups ?? []).map((group) => [keyOf(group.value as ColumnValue), group])), [groups.data])
  const columns = useMemo(() => boardColumns(by, entity, t('list:board.none'), found.has('')), [by, entity, t, found])
  const labelOf = (value: ColumnValue) => columns.find((column) => column.value === value)?.label ?? String(value ?? '')
  const { underway, move, dialog } = useMoves(entity, by, labelOf)
  if (groups.error && !groups.data) {
    return <Failure error={groups.error} onRetry={() => void groups.refetch()} />
  }
  // What is over and done with and has no cards takes no room until it is asked for.
  const folded = (column: (typeof columns)[number]) => column.final && groups.isSuccess && !found.has(keyOf(column.value)) && !opened.has(keyOf(column.value))
  const first = columns.find((column) => (found.get(keyOf(column.value))?.count ?? 0) > 0) ?? columns[0]
  const shown = small ? columns.filter((column) => keyOf(column.value) === (asked ?? keyOf(first?.value ?? null))) : columns
  return (
    <>
      {dialog}
      {small ? (
        <div className={style.switch}>
          <Select
            label={t('list:board.column')}
            value={keyOf(shown[0]?.value ?? null)}
            onChange={setAsked}
            size="large"
            options={columns.map((column) => ({ value: keyOf(column.value), label: `${column.label} (${found.get(keyOf(column.value))?.count ?? 0})` }))}
          />
        </div>
      ) : null}
      <section className={style.board} aria-label={label} aria-busy={groups.isFetching}>
        {shown.map((column) => (
          <BoardColumnView
            key={keyOf(column.value)}
            column={column}
            columns={columns}
            group={found.get(keyOf(column.value))}
            counted={groups.isSuccess}
            folded={!small && folded(column)}
            onUnfold={() => setOpened((before) => new Set([...before, keyOf(column.value)]))}
            entity={entity}
            by={by}
            sum={sum}
            card={card}
            query={what}
            underway={underway}
            onMove={move}
          />
        ))}
      </section>
    </>
  )
}
