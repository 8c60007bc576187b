/** What can be done with the chosen rows. */
import { useQuery } from '@tanstack/react-query'
import { lazy, Suspense, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { keys } from '@/api/keys'
import { countRecords, type ListQuery } from '@/api/records'
import { withTexts } from '@/locales/i18n'
import type { EntityModel } from '@/model/app'
import { formatDecimal } from '@/model/format'
import { Button } from '@/ui/button'
import { MenuButton, type MenuEntry } from '@/ui/menu-button'
import type { Selection } from './use-selection'
import style from './bulk.module.css'

const BulkDialog = lazy(() => import('./bulk-dialog'))
const MergeDialog = lazy(() => withTexts(import('@/features/record/merge-dialog')))

/** What is to be done; a field without a value is asked for. */
export type Wanted = { kind: 'set'; field: string | null } | { kind: 'transition'; name: string } | { kind: 'delete' } | { kind: 'restore' }

interface SelectionBarProps {
  entity: EntityModel
  query: ListQuery
  selection: Selection
  more: boolean
  deleted: boolean
  onExport: (() => void) | null
}

/** The server changes so many at once. */
const most = 5000

export function SelectionBar({ entity, query, selection, more, deleted, onExport }: SelectionBarProps) {
  const { t, i18n } = useTranslation()
  const [wanted, setWanted] = useState<Wanted | null>(null)
  const [merging, setMerging] = useState(false)
  const { sort: _sort, columns: _columns, colors: _colors, ...what } = query
  const total = useQuery({ queryKey: keys.count(entity.name, what), queryFn: ({ signal }) => countRecords(entity.name, what, signal), enabled: more })
  const number = (value: number) => formatDecimal(value, i18n.language, 0)
  const count = selection.all ? (total.data?.count ?? selection.count) : selection.count
  const settable = Object.values(entity.fields).some((field) => field.writable && field.type !== 'lines')
  const owner = entity.fields.owner?.writable ? entity.fields.owner : undefined
  const states = new Set(selection.rows.map((row) => row.state))
  const transitions = Object.entries(entity.lifecycle?.transitions ?? {}).filter(([, one]) => one.from.some((state) => selection.all || states.has(state)))
  const rest = transitions.map(([name, one]): MenuEntry => ({ key: `to ${name}`, label: one.label, icon: 'right', onSelect: () => setWanted({ kind: 'transition', name }) }))
  const canAll = more && !selection.all && (total.data?.count ?? 0) > selection.count
  const [one, two] = selection.all || selection.rows.length !== 2 ? [] : selection.rows
  const mergeable = one !== undefined && two !== undefined && entity.type === 'master' && entity.name !== 'user' && entity.can.delete
  const tooMany = selection.all && count > most
  return (
    <div className={style.bar} role="toolbar" aria-label={t('list:bulk.bar')}>
      <span role="status" className={style.count}>{t('list:bulk.chosen', { count, number: number(count) })}</span>
      {canAll ? <Button size="small" kind="quiet" onClick={selection.chooseAll}>{t(total.data?.exact ? 'list:bulk.all' : 'list:bulk.all_more', { number: number(total.data?.count ?? 0) })}</Button> : null}
      {tooMany ? <span className={style.warn}>{t('list:bulk.too_many', { number: number(most) })}</span> : null}
      <span className={style.acts}>
        {deleted ? <Button icon="redo" disabled={tooMany} onClick={() => setWanted({ kind: 'restore' })}>{t('list:bulk.restore')}</Button> : (
          <>
            {settable ? <Button icon="edit" disabled={tooMany} onClick={() => setWanted({ kind: 'set', field: null })}>{t('list:bulk.set')}</Button> : null}
            {owner ? <Button icon="person" disabled={tooMany} onClick={() => setWanted({ kind: 'set', field: owner.name })}>{t('list:bulk.assign')}</Button> : null}
            {rest.length > 0 ? <MenuButton entries={rest}><Button icon="right" disabled={tooMany}>{t('list:bulk.move')}</Button></MenuButton> : null}
            {mergeable ? <Button icon="copy" onClick={() => setMerging(true)}>{t('list:bulk.merge')}</Button> : null}
            {onExport ? <Button icon="download" onClick={onExport}>{t('list:export')}</Button> : null}
            {entity.can.delete ? <Button icon="delete" disabled={tooMany} onClick={() => setWanted({ kind: 'delete' })}>{t('action.delete')}</Button> : null}
          </>
        )}
        <Button kind="quiet" icon="close" label={t('list:bulk.clear')} onClick={selection.clear} />
      </span>
      {merging && one && two ? (
        <Suspense fallback={null}>
          <MergeDialog
            entity={entity}
            id={one.id}
            other={{ value: two.id, title: two.title ?? '' }}
            onClose={() => setMerging(false)}
            onMerged={() => {
              setMerging(false)
              selection.clear()
            }}
          />
        </Suspense>
      ) : null}
      {wanted ? <Suspense fallback={null}><BulkDialog entity={entity} query={query} selection={selection} count={count} wanted={wanted} onClose={() => setWanted(null)} /></Suspense> : null}
    </div>
  )
}

