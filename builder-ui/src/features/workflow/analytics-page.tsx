/** How long tasks take and where they wait: by node, by person, by workflow; as a table, and as heat on the picture. */
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { Link, useSearchParams } from 'react-router'
import { keys } from '@/api/keys'
import { readWork, workFile, type WorkAnswer, type WorkQuery, type WorkRow } from '@/api/workflows'
import { DayField } from '@/fields/day-field'
import { PersonSelect } from '@/features/people/person-select'
import { errorText } from '@/locales/i18n'
import { formatAgo } from '@/model/format'
import { paths } from '@/model/paths'
import { Button } from '@/ui/button'
import { Card } from '@/ui/card'
import { Empty } from '@/ui/empty'
import { FieldFrame } from '@/ui/field-frame'
import { Notice } from '@/ui/notice'
import { Page } from '@/ui/page'
import { Select } from '@/ui/select'
import { SkeletonRows } from '@/ui/skeleton'
import { FlowPicture, type PictureNode } from './flow-picture'
import { kindIcon } from './node-looks'
import { hours } from './hours'
import style from './analytics-page.module.css'

const BY = ['node', 'person', 'node_person', 'workflow'] as const

export default function AnalyticsPage() {
  const { t } = useTranslation('workflows')
  const [search, setSearch] = useSearchParams()
  const set = (part: Record<string, string | null>) => setSearch((before) => {
    for (const [key, value] of Object.entries(part)) if (value) before.set(key, value); else before.delete(key)
    return before
  }, { replace: true })
  const by = BY.find((one) => one === search.get('by')) ?? 'node'
  const working = search.get('clock') !== 'all'
  const query: WorkQuery = { by, ...Object.fromEntries(['workflow', 'person', 'from', 'to'].flatMap((key) => (search.get(key) ? [[key, search.get(key)]] : []))) }
  const read = useQuery({ queryKey: keys.work(query), queryFn: () => readWork(query), placeholderData: keepPreviousData })
  const answer = read.data
  const day = (key: 'from' | 'to') => <DayField label={t(`work.${key}`)} value={search.get(key) ?? answer?.[key] ?? null} onChange={(value) => set({ [key]: value })} />
  const rows = (answer?.rows ?? []).toSorted((a, b) => (time(b, working) ?? -1) - (time(a, working) ?? -1) || b.open - a.open)
  return (
    <Page title={t('work.title')} width="wide" actions={<Button icon="download" onClick={() => window.location.assign(workFile(query))}>{t('work.export')}</Button>}>
      <div className={style.filters}>
        <FieldFrame label={t('search.workflow')}>{({ id }) => <Select id={id} value={search.get('workflow')} onChange={(workflow) => set({ workflow })} clearable searchable placeholder={t('search.any')} options={(answer?.workflows ?? []).map(({ name, label }) => ({ value: name, label }))} />}</FieldFrame>
        <FieldFrame label={t('work.by')}>{({ id }) => <Select id={id} value={by as string} onChange={(next) => set({ by: next === 'node' ? null : next })} options={BY.map((one) => ({ value: one as string, label: t(`work.bys.${one}`) }))} />}</FieldFrame>
        <FieldFrame label={t('work.person')}>{({ id }) => <PersonSelect id={id} value={search.get('person')} onChange={(person) => set({ person })} clearable />}</FieldFrame>
        {day('from')}
        {day('to')}
        <FieldFrame label={t('work.clock')}>{({ id }) => <Select id={id} value={working ? 'working' : 'all'} onChange={(clock) => set({ clock: clock === 'all' ? 'all' : null })} options={['working', 'all'].map((one) => ({ value: one, label: t(`work.clocks.${one}`) }))} />}</FieldFrame>
      </div>
      {read.error ? <Notice kind="error" action={<Button size="small" onClick={() => void read.refetch()}>{t('common:action.retry')}</Button>}>{errorText(read.error, t as never)}</Notice> : null}
      {answer?.graph && by === 'node' ? <Heat answer={answer} working={working} /> : null}
      <Card flush label={t('work.title')}>
        {read.isPending ? <SkeletonRows rows={6} height={44} /> : null}
        {answer && rows.length === 0 ? <Empty icon="chart" title={t('work.nothing')} text={t('work.nothing_text')} /> : null}
        {rows.length > 0 ? <Table rows={rows} by={by} working={working} /> : null}
      </Card>
      <p className={style.note}>{t('work.note')}</p>
    </Page>
  )
}

const time = (row: WorkRow, working: boolean): number | null => (working ? row.median_worked : row.median_minutes)
const most = (row: WorkRow, working: boolean): number | null => (working ? row.most_worked : row.most_minutes)

function Heat({ answer, working }: { answer: WorkAnswer; working: boolean }) {
  const { t, i18n } = useTranslation('workflows')
  const hottest = Math.max(1, ...answer.rows.map((row) => time(row, working) ?? 0))
  const nodes: PictureNode[] = (answer.graph?.nodes ?? []).map((node) => {
    const row = answer.rows.find((one) => one.node === node.node)
    const median = row ? time(row, working) : null
    return {
      key: node.node, label: node.label, kind: node.kind, tone: 'plain', icon: kindIcon(node.kind), said: '',
      about: row ? [median === null ? null : hours(median, i18n.language), row.open > 0 ? t('work.open', { count: row.open }) : null].filter(Boolean).join(' · ') : null,
      ...(median === null ? {} : { heat: Math.sqrt(median / hottest) }),
    }
  })
  const edges = (answer.graph?.edges ?? []).map((edge) => ({ ...edge, lit: null }))
  return (
    <Card flush title={t('work.heat')}>
      <FlowPicture nodes={nodes} edges={edges} selected={null} onSelect={() => {}} label={t('work.heat')} />
      <p className={style.scale}><span>{t('work.fast')}</span><i aria-hidden /><span>{t('work.slow', { time: hours(hottest, i18n.language) })}</span></p>
    </Card>
  )
}

function Table({ rows, by, working }: { rows: WorkRow[]; by: WorkQuery['by']; working: boolean }) {
  const { t, i18n } = useTranslation('workflows')
  const longest = Math.max(1, ...rows.map((row) => most(row, working) ?? 0))
  const told = (minutes: number | null) => (minutes === null ? '–' : hours(minutes, i18n.language))
  const columns = ['done', 'median', 'most', 'returned', 'rejected', 'late', 'open', 'oldest', 'overdue'] as const
  return (
    <div className={style.scroll}>
      <table className={style.table}>
        <thead><tr><th scope="col">{t(`work.bys.${by}`)}</th>{columns.map((one) => <th key={one} scope="col" title={t(`work.help.${one}`, { defaultValue: '' })}>{t(`work.column.${one}`)}</th>)}</tr></thead>
        <tbody>
          {rows.map((row) => {
            const median = time(row, working)
            return (
              <tr key={`${row.workflow}-${row.node}-${row.person}`}>
                <th scope="row">
                  <span>{[row.node_label ?? (by === 'workflow' ? row.label : null), row.person_name ?? (row.person ? t('work.common') : null)].filter(Boolean).join(' · ') || row.label}</span>
                  {by === 'workflow' ? null : <small>{row.label}</small>}
                </th>
                <td data-label={t('work.column.done')}>{row.done}</td>
                <td data-label={t('work.column.median')}>
                  <span className={style.bar} style={{ '--part': `${median === null ? 0 : (median / longest) * 100}%` } as React.CSSProperties}>{told(median)}</span>
                </td>
                <td data-label={t('work.column.most')}>{told(most(row, working))}</td>
                <td data-label={t('work.column.returned')}>{share(row.returned, row.done)}</td>
                <td data-label={t('work.column.rejected')}>{share(row.rejected, row.done)}</td>
                <td data-label={t('work.column.late')}>{share(row.late, row.done)}</td>
                <td data-label={t('work.column.open')}>{row.open > 0 ? <Link to={openPath(row)}>{row.open}</Link> : '0'}</td>
                <td data-label={t('work.column.oldest')}>{row.oldest ? formatAgo(row.oldest, i18n.language) : '–'}</td>
                <td data-label={t('work.column.overdue')} data-bad={row.overdue > 0 || undefined}>{row.overdue}</td>
              </tr>
            )
          })}
        </tbody>
      </table>
    </div>
  )
}

const share = (part: number, all: number): string => (part === 0 ? '0' : `${part} (${Math.round((part / all) * 100)}%)`)

function openPath(row: WorkRow): string {
  const query = new URLSearchParams({ workflow: row.workflow, ...(row.node ? { node: row.node } : {}), ...(row.person && row.person_name ? { waiting_for: row.person } : {}) })
  return `${paths.workflows}?${query}`
}
