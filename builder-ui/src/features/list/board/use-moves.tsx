/** Moves cards: at once on the screen, then on the server; what is refused goes back to where it was, with the reason. */
import { useQueryClient } from '@tanstack/react-query'
import { lazy, Suspense, useState, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { keys } from '@/api/keys'
import { transitionRecord, updateRecord, type ListRow } from '@/api/records'
import { errorText } from '@/locales/i18n'
import type { EntityModel, ViewColumn } from '@/model/app'
import { moveTo, type ColumnValue, type Move } from '@/model/board'
import { useToast } from '@/ui/toast'

const MoveDialog = lazy(() => import('./move-dialog'))

export interface Moving {
  row: ListRow
  from: ColumnValue
  to: ColumnValue
}

interface Asking extends Moving {
  move: Extract<Move, { transitions: unknown }>
}

export interface Moves {
  /** Cards that are on their way, by id: where they go. */
  underway: ReadonlyMap<string, ColumnValue>
  move: (moving: Moving) => void
  dialog: ReactNode
}

export function useMoves(entity: EntityModel, by: ViewColumn, labelOf: (value: ColumnValue) => string): Moves {
  const { t } = useTranslation()
  const toast = useToast()
  const client = useQueryClient()
  const [underway, setUnderway] = useState<ReadonlyMap<string, ColumnValue>>(new Map())
  const [asking, setAsking] = useState<Asking | null>(null)

  const place = (id: string, to: ColumnValue | undefined) => setUnderway((before) => {
    const next = new Map(before)
    if (to === undefined) next.delete(id)
    else next.set(id, to)
    return next
  })
  const refresh = () => client.invalidateQueries({ queryKey: keys.entity(entity.name) })

  /** Does it and says so; where it is refused the card is back in its column. */
  const carryOut = async ({ row, to }: Moving, work: () => Promise<unknown>): Promise<boolean> => {
    place(row.id, to)
    try {
      await work()
      await refresh()
      toast.success(t('list:board.moved', { title: row.title, column: labelOf(to) }))
      return true
    } catch (error) {
      toast.error(t('list:board.refused', { title: row.title, reason: errorText(error, t) }))
      void refresh()
      return false
    } finally {
      place(row.id, undefined)
    }
  }

  const move = (moving: Moving) => {
    const { row, from, to } = moving
    const found = moveTo(by, entity, from, to)
    if (!found) {
      if (from !== to) toast.error(t('list:board.no_way', { from: labelOf(from), to: labelOf(to) }))
      return
    }
    if ('set' in found) {
      void carryOut(moving, () => updateRecord(entity.name, row.id, { version: row.version, [found.set]: found.value }))
      return
    }
    const [only] = found.transitions
    const plain = found.transitions.length === 1 && only && !only.transition.workflow && !only.transition.confirm && only.transition.requires.length === 0
    if (plain) void carryOut(moving, () => transitionRecord(entity.name, row.id, only.name, { version: row.version }))
    else setAsking({ ...moving, move: found })
  }

  const dialog = asking ? (
    <Suspense fallback={null}>
      <MoveDialog
        entity={entity}
        row={asking.row}
        choices={asking.move.transitions}
        to={labelOf(asking.to)}
        onClose={() => setAsking(null)}
        onDone={(work) => {
          setAsking(null)
          void carryOut(asking, work)
        }}
      />
    </Suspense>
  ) : null
  return { underway, move, dialog }
}
