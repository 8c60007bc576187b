/** All workflows that the reader may know of: who has them since when, what has waited longest first. */
import { useState } from 'react'
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { Link, useSearchParams } from 'react-router'
import { useAppModel, useSession } from '@/api/app-context'
import { keys } from '@/api/keys'
import { searchWorkflows, type FoundInstance, type WorkflowFilter } from '@/api/workflows'
import { PersonSelect } from '@/features/people/person-select'
import { errorText } from '@/locales/i18n'
import { formatAgo, formatSpan } from '@/model/format'
import { isLate } from '@/model/late'
import { paths } from '@/model/paths'
import { Button } from '@/ui/button'
import { Card } from '@/ui/card'
import { Empty } from '@/ui/empty'
import { FieldFrame } from '@/ui/field-frame'
import { Icon } from '@/ui/icon'
import { Notice } from '@/ui/notice'
import { Page } from '@/ui/page'
import { Select } from '@/ui/select'
import { SkeletonRows } from '@/ui/skeleton'
import { Tag } from '@/ui/tag'
import { phone, useMedia } from '@/ui/use-media'
import { stateColor, stateOf } from './state'
import style from './search-page.module.css'

/** What one looks for; without a word, what waits for somebody. */
const STATES = ['waiting', 'overdue', 'returned', 'suspended', 'incident', 'ended', 'all'] as const
const AGES = ['1', '3', '7', '14', '30']
/** What narrows the list beside the state. */
const FURTHER = ['workflow', 'node', 'waiting_for', 'initiator', 'days'] as const

export function filterOf(search: URLSearchParams): WorkflowFilter {
  const state = search.get('state') ?? 'waiting'
  const text = (key: string) => search.get(key) || undefined
  const days = Number(search.get('days')) || undefined
  const waits = state === 'waiting' || state === 'overdue'
  return {
    ...(waits ? { order: 'waiting' as const } : state === 'all' ? {} : { state }),
    ...(state === 'overdue' ? { overdue: true } : {}),
    ...(days ? (waits ? { waiting_days: days } : { older_than_days: days }) : {}),
    ...Object.fromEntries(FURTHER.filter((key) => key !== 'days').flatMap((key) => (text(key) ? [[key, text(key)]] : []))),
  }
}

const options = (map: Map<string, string>) => [...map].map(([value, label]) => ({ value, label }))

export default function SearchPage() {
  const { t } = useTranslation('workflows')
  const session = useSession()
  const [search, setSearch] = useSearchParams()
  const filter = filterOf(search)
  const set = (part: Record<string, string | null>) => setSearch((before) => {
    for (const [key, value] of Object.entries(part)) if (value) before.set(key, value); else before.delete(key)
    return before
  }, { replace: true })
  const list = useInfiniteQuery({
    queryKey: keys.workflows(filter),
    queryFn: ({ pageParam }) => searchWorkflows(filter, pageParam || undefined),
    initialPageParam: '',
    getNextPageParam: (page) => page.next ?? undefined,
    placeholderData: keepPreviousData,
  })
  const rows = list.data?.pages.flatMap((page) => page.rows) ?? []
  // What can be chosen is what was found so far, and what is chosen.
  const flows = new Map(rows.map((row) => [row.workflow, row.label]))
  const chosen = search.get('workflow')
  if (chosen && !flows.has(chosen)) flows.set(chosen, chosen)
  const nodes = new Map(rows.flatMap((row) => row.waiting_for.flatMap((one) => (one.node ? [[one.node, one.label ?? one.node] as const] : []))))
  const at = search.get('node')
  if (at && !nodes.has(at)) nodes.set(at, at)
  // On a phone the list is what one came for: what narrows it further is folded away.
  const small = useMedia(phone)
  const [unfolded, setUnfolded] = useState(false)
  const narrowed = FURTHER.filter((key) => search.get(key)).length
  return (
    <Page title={t('search.title')} width="wide" actions={session.user.owns_workflows ? <Link to={paths.analytics}>{t('search.analytics')}</Link> : null}>
      <div className={style.filters}>
        <FieldFrame label={t('search.state')}>
          {({ id }) => <Select id={id} value={search.get('state') ?? 'waiting'} onChange={(state) => set({ state: state === 'waiting' ? null : state })} options={STATES.map((one) => ({ value: one as string, label: t(`search.states.${one}`) }))} />}
        </FieldFrame>
        {small ? <Button className={style.unfold} icon="filter" expanded={unfolded} onClick={() => setUnfolded(!unfolded)}>{narrowed ? t('search.filters_on', { count: narrowed }) : t('search.filters')}</Button> : null}
        {small && !unfolded ? null : <Further search={search} set={set} flows={flows} nodes={nodes} />}
      </div>
      {list.error ? <Notice kind="error" action={<Button size="small" onClick={() => void list.refetch()}>{t('common:action.retry')}</Button>}>{errorText(list.error, t as never)}</Notice> : null}
      <Card flush label={t('search.title')}>
        {list.isPending ? <SkeletonRows rows={8} height={56} /> : null}
        {list.data && rows.length === 0 ? (
          <Empty icon="done" title={t('search.nothing')} text={t('search.nothing_text')}>
            {search.size > 0 ? <Button onClick={() => setSearch({})}>{t('search.clear')}</Button> : null}
          </Empty>
        ) : null}
        <ul>{rows.map((row) => <Row key={row.id} row={row} />)}</ul>
      </Card>
      {list.hasNextPage ? <p className={style.more}><Button busy={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>{t('common:action.more')}</Button></p> : null}
    </Page>
  )
}

interface FurtherProps {
  search: URLSearchParams
  set: (part: Record<string, string | null>) => void
  flows: Map<string, string>
  nodes: Map<string, string>
}

/** What narrows the list further. */
function Further({ search, set, flows, nodes }: FurtherProps) {
  const { t } = useTranslation('workflows')
  return (
    <>
      <FieldFrame label={t('search.workflow')}>{({ id }) => <Select id={id} value={search.get('workflow')} onChange={(workflow) => set({ workflow, node: null })} clearable placeholder={t('search.any')} options={options(flows)} />}</FieldFrame>
      <FieldFrame label={t('search.node')}>{({ id }) => <Select id={id} value={search.get('node')} onChange={(node) => set({ node })} clearable placeholder={t('search.any')} options={options(nodes)} />}</FieldFrame>
      <FieldFrame label={t('search.with')}>{({ id }) => <PersonSelect id={id} value={search.get('waiting_for')} onChange={(person) => set({ waiting_for: person })} clearable />}</FieldFrame>
      <FieldFrame label={t('search.from')}>{({ id }) => <PersonSelect id={id} value={search.get('initiator')} onChange={(person) => set({ initiator: person })} clearable />}</FieldFrame>
      <FieldFrame label={t('search.age')}>{({ id }) => <Select id={id} value={search.get('days')} onChange={(days) => set({ days })} clearable placeholder={t('search.any')} options={AGES.map((one) => ({ value: one, label: t('search.days', { count: Number(one) }) }))} />}</FieldFrame>
    </>
  )
}

function Row({ row }: { row: FoundInstance }) {
  const { t, i18n } = useTranslation('workflows')
  const model = useAppModel()
  const state = stateOf(row)
  const waiting = row.waiting_for.toSorted((a, b) => a.since.localeCompare(b.since))
  const [oldest] = waiting
  const late = oldest !== undefined && isLate(oldest.since)
  return (
    <li className={style.row}>
      <Link to={paths.workflow(row.id)} className={style.link}>
        <span className={style.main}>
          <span className={style.title}>{row.title ?? t('untitled', { workflow: row.label })}</span>
          <span className={style.meta}>{[row.label, model.entities[row.entity]?.label, t('started_by', { name: row.initiator_name, when: formatAgo(row.started_at, i18n.language) })].filter(Boolean).join(' · ')}</span>
        </span>
        <span className={style.who}>
          {oldest ? (
            <>
              <span>{waiting.map((one) => one.name).join(t('comma'))}</span>
              <span className={style.meta}>{oldest.label ?? oldest.node}</span>
            </>
          ) : null}
        </span>
        <span className={style.age} data-late={late || undefined}>{oldest ? <><Icon name="clock" size={13} />{formatSpan(oldest.since, i18n.language)}</> : null}</span>
        <span className={style.state}><Tag color={stateColor(state)}>{row.status === 'ended' ? row.outcome_label ?? t(`outcome.${row.outcome}`, { defaultValue: row.outcome ?? '' }) : t(`state.${state}`)}</Tag></span>
      </Link>
    </li>
  )
}
