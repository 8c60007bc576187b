import { lazy, Suspense, useCallback, useMemo, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useNavigate } from 'react-router'
import { useSession } from '@/api/app-context'
import { useWidths } from '@/api/preferences'
import type { ListQuery, ListRow } from '@/api/records'
import { errorText } from '@/locales/i18n'
import type { EntityModel, View } from '@/model/app'
import { askedPaths, chosenColumns, offeredColumns, sortText } from '@/model/columns'
import { filterFields, wireFilter } from '@/model/filter'
import { formatDecimal } from '@/model/format'
import { paths } from '@/model/paths'
import { Button } from '@/ui/button'
import { MenuButton, type MenuEntry } from '@/ui/menu-button'
import { Notice } from '@/ui/notice'
import { Page } from '@/ui/page'
import { SkeletonRows } from '@/ui/skeleton'
import type { TextInputHandle } from '@/ui/text-input'
import { phone, useMedia } from '@/ui/use-media'
import { ColumnChooser } from './column-chooser'
import { EmptyList } from './empty-list'
import { FilterButton, FilterChips } from './filter-bar'
import { ListSwitch } from './list-switch'
import { RecordCards } from './record-cards'
import { RecordGrid } from './record-grid'
import { SavedFilters } from './saved-filters'
import { SearchBox } from './search-box'
import { useColumnChoice } from './use-column-choice'
import { useExport } from './use-export'
import { useListState } from './use-list-state'
import { useListKeys } from './use-row-keys'
import { useCount, useRows } from './use-rows'
import style from './list-view.module.css'

const UserActions = lazy(async () => ({ default: (await import('@/features/people/user-actions')).UserActions }))

export function ListView({ view, entity }: { view: View; entity: EntityModel }) {
  const { t } = useTranslation()
  const small = useMedia(phone)
  const systemLabel = useCallback((name: string) => t(`list:system.${name}`), [t])
  const fields = useMemo(() => filterFields(entity, systemLabel), [entity, systemLabel])
  const state = useListState(view, fields)
  const [choice, choose] = useColumnChoice(view.name)
  const offered = useMemo(() => offeredColumns(view, entity, systemLabel), [view, entity, systemLabel])
  const columns = useMemo(() => chosenColumns(offered, view, choice), [offered, view, choice])
  const query = useMemo((): ListQuery => {
    const filter = wireFilter(state.filter, fields)
    return {
      view: view.name, columns: askedPaths(columns).join(','), sort: sortText(state.sort),
      ...(filter ? { filter } : {}), ...(state.q ? { q: state.q } : {}), ...(state.deleted ? { deleted: true } : {}),
    }
  }, [view.name, columns, state.filter, state.sort, state.q, state.deleted, fields])
  const { list, rows, titles, colors } = useRows(entity.name, query)
  const search = useRef<TextInputHandle>(null)
  const navigate = useNavigate()
  const create = useMemo(() => (entity.can.create ? () => void navigate(paths.newRecord(entity.name)) : null), [entity, navigate])
  useListKeys(useCallback(() => search.current?.focus({ cursor: 'all' }), []), create)

  const { hasNextPage, isFetchingNextPage, fetchNextPage } = list
  const onEnd = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage()
  }, [hasNextPage, isFetchingNextPage, fetchNextPage])
  const { user } = useSession()
  const people = entity.name === 'user' && user.admin
  const rowAction = useMemo(() => (people ? personAction : undefined), [people])
  const narrowed = state.q !== '' || state.filter.conditions.length > 0
  const widths = useWidths(`view.${view.name}`)
  const shared = { label: view.label, entity: entity.name, columns, rows, titles, colors, onEnd }

  return (
    <Page
      title={view.label}
      fill={!small}
      beside={<ListSwitch entity={entity} />}
      actions={<ListActions entity={entity} query={query} state={state} small={small} />}
    >
      <div className={style.toolbar} role="search" aria-label={t('list:narrow')}>
        <SearchBox ref={search} value={state.q} onChange={state.setQ} label={t('list:search', { label: entity.label_plural })} />
        <FilterButton fields={fields} filter={state.filter} onChange={state.setFilter} />
        <SavedFilters view={view.name} />
        {small ? null : <span className={style.columns}><ColumnChooser offered={offered} shown={columns} onChange={choose} /></span>}
        <div className={style.chips}><FilterChips fields={fields} filter={state.filter} onChange={state.setFilter} /></div>
      </div>
      {state.deleted ? <div className={style.trash}><Notice kind="info" action={<Button size="small" onClick={() => state.setDeleted(false)}>{t('list:trash.leave')}</Button>}>{t('list:trash.text')}</Notice></div> : null}
      {list.error && rows.length === 0 ? (
        <Notice kind="error" action={<Button size="small" icon="refresh" onClick={() => void list.refetch()}>{t('action.retry')}</Button>}>{errorText(list.error, t)}</Notice>
      ) : (
        <section className={small ? undefined : style.sheet} aria-label={view.label} aria-busy={list.isFetching}>
          {list.isPending ? <SkeletonRows rows={14} height={38} />
            : rows.length === 0 ? <EmptyList entity={entity} narrowed={narrowed} deleted={state.deleted} onClear={state.clear} />
              : small ? <RecordCards {...shared} />
                : <RecordGrid {...shared} sort={state.sort} onSort={state.setSort} widths={widths} rowAction={rowAction} stale={list.isPlaceholderData} footer={isFetchingNextPage ? <SkeletonRows rows={2} height={38} /> : null} />}
          {rows.length > 0 ? <Footer entity={entity.name} query={query} loaded={rows.length} all={!hasNextPage} error={list.isFetchNextPageError} onRetry={() => void fetchNextPage()} /> : null}
        </section>
      )}
    </Page>
  )
}

/** The one entity whose rows have acts of their own: an administrator sets passwords and sees people off. */
const personAction = (row: ListRow) => (
  <Suspense fallback={null}>
    <UserActions person={{ id: row.id, name: row.title ?? '' }} active={row.active !== false} />
  </Suspense>
)

interface FooterProps {
  entity: string
  query: ListQuery
  loaded: number
  all: boolean
  error: boolean
  onRetry: () => void
}

function Footer({ entity, query, loaded, all, error, onRetry }: FooterProps) {
  const { t, i18n } = useTranslation()
  const [wanted, setWanted] = useState(false)
  const count = useCount(entity, query, wanted && !all)
  const number = (value: number) => formatDecimal(value, i18n.language, 0)
  const total = all ? t('list:footer.all', { count: loaded, number: number(loaded) })
    : count.data ? t(count.data.exact ? 'list:footer.of' : 'list:footer.of_more', { loaded: number(loaded), total: number(count.data.count) })
      : t('list:footer.loaded', { count: loaded, number: number(loaded) })
  return (
    <footer className={style.footer}>
      <span role="status">{total}</span>
      {!all && !count.data ? <Button kind="quiet" size="small" busy={count.isFetching} onClick={() => setWanted(true)}>{t('list:footer.count')}</Button> : null}
      {error ? <Button size="small" icon="refresh" onClick={onRetry}>{t('action.retry')}</Button> : null}
      <span className={style.keys} aria-hidden><kbd>j</kbd> <kbd>k</kbd> {t('list:keys.walk')} <kbd>/</kbd> {t('list:keys.search')}</span>
    </footer>
  )
}

interface ListActionsProps {
  entity: EntityModel
  query: ListQuery
  state: ReturnType<typeof useListState>
  small: boolean
}

function ListActions({ entity, query, state, small }: ListActionsProps) {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const { can } = entity
  const { download, dialog } = useExport(entity.name, query)
  const more: MenuEntry[] = [
    ...(can.import ? [{ key: 'import', label: t('list:import'), icon: 'upload' as const, onSelect: () => void navigate(`${paths.imports}?entity=${entity.name}`) }] : []),
    ...(can.export ? [{ key: 'export', label: t('list:export'), icon: 'download' as const, onSelect: download }] : []),
    ...(can.delete ? [{ key: 'trash', label: t('list:trash.show'), icon: 'delete' as const, divided: can.import || can.export, onSelect: () => state.setDeleted(true) }] : []),
  ]
  return (
    <>
      {dialog}
      {can.export && !small ? <Button icon="download" onClick={download}>{t('list:export')}</Button> : null}
      {more.length > 0 ? <MenuButton entries={small ? more : more.filter((entry) => entry.key !== 'export')}><Button icon="more" label={t('list:more')} /></MenuButton> : null}
      {can.create ? <Button kind="primary" icon="add" onClick={() => void navigate(paths.newRecord(entity.name))}>{t('action.new')}</Button> : null}
    </>
  )
}
