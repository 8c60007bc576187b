import { lazy, Suspense, useCallback, useMemo, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Navigate, useNavigate, useSearchParams } from 'react-router'
import { useAppModel, useSession } from '@/api/app-context'
import { ApiError } from '@/api/client'
import type { ListQuery, ListRow } from '@/api/records'
import type { KeptView } from '@/api/views'
import { errorText, withTexts } from '@/locales/i18n'
import type { EntityModel, View, ViewColumn } from '@/model/app'
import { askedPaths, chosenColumns, offeredColumns, sortText } from '@/model/columns'
import { filterFields, wireCondition, wireFilter } from '@/model/filter'
import { formatDecimal } from '@/model/format'
import { paths } from '@/model/paths'
import { listColumns, shapeOf, shapesOf } from '@/model/shown'
import { Button } from '@/ui/button'
import { MenuButton, type MenuEntry } from '@/ui/menu-button'
import { Notice } from '@/ui/notice'
import { Page } from '@/ui/page'
import { SkeletonRows } from '@/ui/skeleton'
import { phone, useMedia } from '@/ui/use-media'
import { useSelection } from './bulk/use-selection'
import { ColumnChooser } from './column-chooser'
import { EmptyList } from './empty-list'
import { FilterButton } from './filter-bar'
import { ListSwitch } from './list-switch'
import { RecordGrid } from './record-grid'
import { SearchBox } from './search-box'
import { ShapeSwitch } from './shape-switch'
import { useExport } from './use-export'
import { useLayout, type Layout } from './use-layout'
import { useListState, type ListState } from './use-list-state'
import { useListKeys } from './use-row-keys'
import { useCount, useRows } from './use-rows'
import { useKeptViews, type KeptViewsState } from './views/use-kept-views'
import { ViewSwitch } from './views/view-switch'
import style from './list-view.module.css'

const BoardView = lazy(() => import('./board/board-view'))
const CalendarView = lazy(() => import('./calendar/calendar-view'))
const RecordCards = lazy(async () => ({ default: (await import('./record-cards')).RecordCards }))
const FilterChips = lazy(() => import('./filter-chips'))
const BuildMenu = lazy(() => withTexts(import('@/features/build/build-menu')))
const SelectionBar = lazy(async () => ({ default: (await import('./bulk/selection-bar')).SelectionBar }))
const UserActions = lazy(async () => ({ default: (await withTexts(import('@/features/people/user-actions'))).UserActions }))

export function ListView({ view, entity }: { view: View; entity: EntityModel }) {
  const state = useKeptViews()
  const [parameters] = useSearchParams()
  // What somebody has chosen to see first here, unless the address says otherwise.
  const asked = parameters.get('kept') ?? (parameters.size === 0 ? state.kept.choices[view.name] : undefined)
  const shown = state.kept.views.find((one) => one.id === asked && one.settings && one.entity === entity.name)
  const other = asked && !shown && parameters.size === 0 && asked !== view.name ? asked : null
  const model = useAppModel()
  if (other && model.views[other]) return <Navigate to={paths.view(other)} replace />
  // A kept view of somebody's is the first thing on the page: the list waits for it rather than change under one's eyes.
  if (!state.ready && parameters.has('kept')) return <Page title={view.label}><SkeletonRows rows={14} height={38} /></Page>
  return <Shown key={shown?.id ?? view.name} view={view} entity={entity} kept={shown} views={state} />
}

function Shown({ view, entity, kept, views }: { view: View; entity: EntityModel; kept: KeptView | undefined; views: KeptViewsState }) {
  const { t } = useTranslation()
  const small = useMedia(phone)
  const model = useAppModel()
  const systemLabel = useCallback((name: string) => t(`list:system.${name}`), [t])
  const fields = useMemo(() => filterFields(entity, systemLabel), [entity, systemLabel])
  const state = useListState(view, fields, kept)
  const layout = useLayout(view.name, kept)
  const plain = useMemo(() => ({ ...view, columns: listColumns(view, model.views, entity) }), [view, model.views, entity])
  const offered = useMemo(() => offeredColumns(plain, entity, systemLabel), [plain, entity, systemLabel])
  const columns = useMemo(() => chosenColumns(offered, plain, layout.columns), [offered, plain, layout.columns])
  const shape = useMemo(() => shapeOf(view, offered, { kept, type: state.type, by: state.by, from: state.from }), [view, offered, kept, state.type, state.by, state.from])
  const query = useMemo((): ListQuery => {
    const filter = wireFilter(state.filter, fields)
    const colors = (kept?.settings?.colors ?? []).map(({ color, when }) => [color, wireCondition(when, fields)])
    return {
      view: view.name, columns: askedPaths(columns).join(','), sort: sortText(state.sort),
      ...(filter ? { filter } : {}), ...(state.q ? { q: state.q } : {}), ...(state.deleted ? { deleted: true } : {}),
      ...(colors.length > 0 ? { colors: JSON.stringify(colors) } : {}),
    }
  }, [view.name, columns, state.filter, state.sort, state.q, state.deleted, fields, kept])
  const search = useRef<HTMLInputElement>(null)
  const navigate = useNavigate()
  const create = useMemo(() => (entity.can.create ? () => void navigate(paths.newRecord(entity.name)) : null), [entity, navigate])
  useListKeys(useCallback(() => {
    search.current?.focus()
    search.current?.select()
  }, []), create)
  const label = kept?.label ?? view.label
  const settings = () => ({
    view: view.name,
    ...(shape.type === view.type ? {} : { type: shape.type }),
    ...layout.settings,
    ...(sortText(state.sort) === view.sort.join(',') ? {} : { sort: sortText(state.sort).split(',').filter(Boolean) }),
    ...(state.filter.conditions.length > 0 ? { filter: state.filter } : {}),
    ...(state.q ? { q: state.q } : {}),
    ...(kept?.settings?.colors ? { colors: kept.settings.colors } : {}),
    ...(shape.type === 'kanban' && shape.by && shape.by.path !== view.by?.path ? { by: shape.by.path } : {}),
    ...(shape.type === 'calendar' && shape.from && shape.from.path !== view.from?.path ? { from: shape.from.path } : {}),
  })
  const list = shape.type === 'list' || state.deleted
  return (
    <Page
      title={label}
      fill={!small}
      beside={<ListSwitch entity={entity} />}
      actions={<ListActions entity={entity} view={view.name} query={query} state={state} small={small} />}
    >
      <div className={style.toolbar} role="search" aria-label={t('list:narrow')}>
        <SearchBox ref={search} value={state.q} onChange={state.setQ} label={t('list:search', { label: entity.label_plural })} />
        <FilterButton fields={fields} filter={state.filter} onChange={state.setFilter} />
        <ViewSwitch view={view} shown={kept} state={views} changed={state.changed || layout.changed} settings={settings} onOpen={state.open} onKept={layout.reset} />
        <ShapeSwitch shape={shape.type} shapes={shapesOf(view, offered)} offered={offered} onChange={state.setShape} />
        {small || !list ? null : (
          <span className={style.columns}>
            <ColumnChooser offered={offered} shown={columns} onChange={layout.choose} pinned={layout.pinned} onPin={layout.setPinned} density={layout.density} onDensity={layout.setDensity} />
          </span>
        )}
        <div className={style.chips}>{state.filter.conditions.length > 0 ? <Suspense fallback={null}><FilterChips fields={fields} filter={state.filter} onChange={state.setFilter} /></Suspense> : null}</div>
      </div>
      {state.deleted ? <div className={style.trash}><Notice kind="info" action={<Button size="small" onClick={() => state.setDeleted(false)}>{t('list:trash.leave')}</Button>}>{t('list:trash.text')}</Notice></div> : null}
      <Suspense fallback={<SkeletonRows rows={8} height={60} />}>
        {list ? <Rows label={label} entity={entity} columns={columns} query={query} state={state} layout={layout} small={small} />
          : shape.type === 'kanban' && shape.by ? <BoardView label={label} entity={entity} by={shape.by} sum={shape.sum} card={shape.card} query={query} />
            : shape.from ? <CalendarView label={label} entity={entity} from={shape.from} to={shape.to} title={shape.title} query={query} /> : null}
      </Suspense>
    </Page>
  )
}

interface RowsProps {
  label: string
  entity: EntityModel
  columns: ViewColumn[]
  query: ListQuery
  state: ListState
  layout: Layout
  small: boolean
}

/** The rows of a list, chosen or not. */
function Rows({ label, entity, columns, query, state, layout, small }: RowsProps) {
  const { list, rows, titles, colors } = useRows(entity.name, query)
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = list
  const onEnd = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage()
  }, [hasNextPage, isFetchingNextPage, fetchNextPage])
  const { user } = useSession()
  const people = entity.name === 'user' && user.admin
  const rowAction = useMemo(() => (people ? personAction : undefined), [people])
  const narrowed = state.q !== '' || state.filter.conditions.length > 0
  const which = `${query.view ?? ''} ${query.filter ?? ''} ${query.q ?? ''} ${state.deleted}`
  const selection = useSelection(rows, which)
  // On a phone choosing is begun on purpose; at a desk the boxes are always there.
  const [choosing, setChoosing] = useState(false)
  const { download, dialog } = useExport(entity, query)
  const exportable = entity.can.export && selection.all
  const shared = { label, entity: entity.name, columns, rows, titles, colors, onEnd }
  if (list.error && rows.length === 0) return <Failed error={list.error} entity={entity} onRetry={() => void list.refetch()} />
  return (
    <>
      {dialog}
      {selection.count > 0 || (small && choosing) ? (
        <Suspense fallback={null}>
          <SelectionBar
            entity={entity}
            query={query}
            selection={{ ...selection, clear: () => { selection.clear(); setChoosing(false) } }}
            more={hasNextPage}
            deleted={state.deleted}
            onExport={exportable ? download : null}
          />
        </Suspense>
      ) : null}
      <section className={small ? undefined : style.sheet} aria-label={label} aria-busy={list.isFetching}>
        {list.isPending ? <SkeletonRows rows={14} height={38} />
          : rows.length === 0 ? <EmptyList entity={entity} narrowed={narrowed} deleted={state.deleted} onClear={state.clear} />
            : small ? <Suspense fallback={<SkeletonRows rows={6} height={104} />}><RecordCards {...shared} selection={choosing || selection.count > 0 ? selection : null} /></Suspense>
              : <RecordGrid {...shared} sort={state.sort} onSort={state.setSort} widths={layout.widths} pinned={layout.pinned} density={layout.density} onColumns={layout.choose} selection={selection} rowAction={rowAction} stale={list.isPlaceholderData} footer={isFetchingNextPage ? <SkeletonRows rows={2} height={38} /> : null} />}
        {rows.length > 0 ? <Footer entity={entity.name} query={query} loaded={rows.length} all={!hasNextPage} error={list.isFetchNextPageError} onRetry={() => void fetchNextPage()} choose={small && !choosing ? () => setChoosing(true) : null} /> : null}
      </section>
    </>
  )
}

/** Why there is no list, and what would bring one. */
function Failed({ error, entity, onRetry }: { error: unknown; entity: EntityModel; onRetry: () => void }) {
  const { t } = useTranslation()
  const broad = error instanceof ApiError && error.code === 'too_broad'
  const helps = broad ? error.details.flatMap((detail) => entity.fields[detail.path]?.label ?? (detail.path === 'number' || detail.path === 'state' ? t(`list:system.${detail.path}`) : [])) : []
  return (
    <Notice kind={broad ? 'warning' : 'error'} action={<Button size="small" icon="refresh" onClick={onRetry}>{t('action.retry')}</Button>}>
      {errorText(error, t)}{helps.length > 0 ? ` ${t('list:too_broad_by', { fields: helps.join(t('list:board.comma')) })}` : null}
    </Notice>
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
  /** Begins to choose rows, where no boxes stand beside them. */
  choose: (() => void) | null
}

function Footer({ entity, query, loaded, all, error, onRetry, choose }: FooterProps) {
  const { t, i18n } = useTranslation()
  const [wanted, setWanted] = useState(false)
  const [exactly, setExactly] = useState(false)
  const count = useCount(entity, query, wanted && !all, exactly)
  const number = (value: number) => formatDecimal(value, i18n.language, 0)
  const total = all ? t('list:footer.all', { count: loaded, number: number(loaded) })
    : count.data ? t(count.data.exact ? 'list:footer.of' : 'list:footer.of_more', { loaded: number(loaded), total: number(count.data.count) })
      : t('list:footer.loaded', { count: loaded, number: number(loaded) })
  return (
    <footer className={style.footer}>
      <span role="status">{total}</span>
      {count.data && !count.data.exact ? <Button kind="quiet" size="small" busy={count.isFetching} onClick={() => setExactly(true)}>{t('list:footer.exactly')}</Button> : null}
      {count.error ? <span>{errorText(count.error, t)}</span> : null}
      {choose ? <Button size="small" kind="quiet" icon="check" onClick={choose}>{t('list:bulk.choose')}</Button> : null}
      {!all && !count.data ? <Button kind="quiet" size="small" busy={count.isFetching} onClick={() => setWanted(true)}>{t('list:footer.count')}</Button> : null}
      {error ? <Button size="small" icon="refresh" onClick={onRetry}>{t('action.retry')}</Button> : null}
      <span className={style.keys} aria-hidden><kbd>j</kbd> <kbd>k</kbd> {t('list:keys.walk')} <kbd>x</kbd> {t('list:keys.choose')} <kbd>/</kbd> {t('list:keys.search')}</span>
    </footer>
  )
}

interface ListActionsProps {
  entity: EntityModel
  view: string
  query: ListQuery
  state: ReturnType<typeof useListState>
  small: boolean
}

function ListActions({ entity, view, query, state, small }: ListActionsProps) {
  const { t } = useTranslation()
  const { user } = useSession()
  const navigate = useNavigate()
  const { can } = entity
  const { download, dialog } = useExport(entity, query)
  const more: MenuEntry[] = [
    ...(can.import ? [{ key: 'import', label: t('list:import'), icon: 'upload' as const, onSelect: () => void navigate(`${paths.imports}?entity=${entity.name}`) }] : []),
    ...(can.export ? [{ key: 'export', label: t('list:export'), icon: 'download' as const, onSelect: download }] : []),
    ...(can.delete ? [{ key: 'trash', label: t('list:trash.show'), icon: 'delete' as const, divided: can.import || can.export, onSelect: () => state.setDeleted(true) }] : []),
  ]
  return (
    <>
      {dialog}
      {user.builder && !small ? <Suspense fallback={null}><BuildMenu entity={entity} view={view} /></Suspense> : null}
      {can.export && !small ? <Button icon="download" onClick={download}>{t('list:export')}</Button> : null}
      {more.length > 0 ? <MenuButton entries={small ? more : more.filter((entry) => entry.key !== 'export')}><Button icon="more" label={t('list:more')} /></MenuButton> : null}
      {can.create ? <Button kind="primary" icon="add" onClick={() => void navigate(paths.newRecord(entity.name))}>{t('action.new')}</Button> : null}
    </>
  )
}
