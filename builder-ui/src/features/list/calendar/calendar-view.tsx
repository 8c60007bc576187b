/** A calendar: records on their days, by month or week; on a phone a list of days. Dragging, or the keys of an entry, change its day. */
import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query'
import { lazy, Suspense, useEffect, useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useSearchParams } from 'react-router'
import { keys } from '@/api/keys'
import { listRecords, updateRecord, type ListQuery, type ListRow } from '@/api/records'
import { errorText } from '@/locales/i18n'
import type { EntityModel, ViewColumn } from '@/model/app'
import { askedPaths } from '@/model/columns'
import { addDays, addMonths, daysBetween, monthDays, monthOf, weekDays } from '@/model/month'
import type { Titles } from '@/model/record'
import { clockAt, dayOf, momentOf } from '@/model/zone'
import { Button } from '@/ui/button'
import { Failure } from '@/ui/failure'
import { Notice } from '@/ui/notice'
import { useToast } from '@/ui/toast'
import { phone, useMedia } from '@/ui/use-media'
import { CalendarAgenda } from './calendar-agenda'
import { CalendarGrid } from './calendar-grid'
import style from './calendar.module.css'

const DayDialog = lazy(() => import('./day-dialog'))

export interface CalendarProps {
  label: string
  entity: EntityModel
  from: ViewColumn
  to: ViewColumn | undefined
  title: ViewColumn | undefined
  query: ListQuery
}

/** A record on the days that it takes. */
export interface Entry {
  row: ListRow
  first: string
  last: string
  title: string
  color: string | undefined
}

const pageSize = 200
/** More than so many on one page of a calendar nobody can read. */
const mostPages = 5

/** The day of a value by the firm's calendar. */
const dayIn = (value: unknown, type: string): string | null =>
  typeof value !== 'string' || value === '' ? null : type === 'datetime' ? dayOf(new Date(value)) : value.slice(0, 10)

/** The value with another day: a moment keeps its time. */
function onDay(value: unknown, type: string, day: string): string {
  if (type !== 'datetime' || typeof value !== 'string') return day
  const [year = 1970, month = 1, date = 1] = day.split('-').map(Number)
  return momentOf({ ...clockAt(new Date(value)), year, month, day: date }).toISOString()
}

/** What stands on the days of a page: what begins on one of them, and what began before and ends later. */
function spanQuery(query: ListQuery, { from, to, title }: Pick<CalendarProps, 'from' | 'to' | 'title'>, firstDay: string, lastDay: string): ListQuery {
  const bound = (day: string) => (from.type === 'datetime' ? momentOf({ year: Number(day.slice(0, 4)), month: Number(day.slice(5, 7)), day: Number(day.slice(8)), hour: 0, minute: 0, second: 0 }).toISOString() : day)
  const parts: unknown[] = [[from.path, '<', bound(addDays(lastDay, 1))]]
  parts.push(to ? { any: [[from.path, '>=', bound(firstDay)], [to.path, '>=', bound(firstDay)]] } : [from.path, '>=', bound(firstDay)])
  if (query.filter) parts.push(JSON.parse(query.filter))
  const columns = askedPaths([from, ...(to ? [to] : []), ...(title ? [title] : [])])
  return { ...query, columns: columns.join(','), sort: from.path, filter: JSON.stringify({ all: parts }) }
}

export default function CalendarView({ label, entity, from, to, title, query }: CalendarProps) {
  const { t, i18n } = useTranslation()
  const small = useMedia(phone)
  const toast = useToast()
  const client = useQueryClient()
  const [parameters, setParameters] = useSearchParams()
  const [today] = useState(() => dayOf(new Date()))
  const at = /^\d{4}-\d{2}-\d{2}$/.test(parameters.get('day') ?? '') ? (parameters.get('day') as string) : today
  const span = parameters.get('span') === 'week' ? 'week' : 'month'
  const set = (changes: Record<string, string | null>) => setParameters((before) => {
    const next = new URLSearchParams(before)
    for (const [name, value] of Object.entries(changes)) {
      if (value) next.set(name, value)
      else next.delete(name)
    }
    return next
  }, { replace: true, preventScrollReset: true })
  const days = span === 'week' && !small ? weekDays(at) : monthDays(at)
  const [firstDay = at, lastDay = at] = [days[0], days.at(-1)]

  const own = spanQuery(query, { from, to, title }, firstDay, lastDay)
  const list = useInfiniteQuery({
    queryKey: keys.list(entity.name, own),
    queryFn: ({ pageParam, signal }) => listRecords(entity.name, { ...own, limit: pageSize, ...(pageParam ? { after: pageParam } : {}) }, signal),
    initialPageParam: '',
    getNextPageParam: (page, pages) => (pages.length < mostPages ? (page.next ?? undefined) : undefined),
    placeholderData: (before) => before,
  })
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = list
  useEffect(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage()
  }, [hasNextPage, isFetchingNextPage, fetchNextPage])
  const pages = list.data?.pages
  const entries = useMemo(() => (pages ?? []).flatMap((page) => page.rows.flatMap((row): Entry[] => {
    const first = dayIn(row[from.path], from.type)
    if (!first) return []
    const end = to ? dayIn(row[to.path], to.type) : null
    return [{ row, first, last: end && end > first ? end : first, title: titleOf(row, title, page.titles), color: page.colors?.[row.id] }]
  })), [pages, from, to, title])
  const more = pages?.at(-1)?.next && pages.length >= mostPages

  const writable = entity.fields[from.path]?.writable ?? false
  const [asking, setAsking] = useState<Entry | null>(null)
  const move = async (entry: Entry, day: string) => {
    const by = daysBetween(entry.first, day)
    if (by === 0) return
    const { row } = entry
    const change: Record<string, unknown> = { [from.path]: onDay(row[from.path], from.type, day) }
    const last = to && row[to.path] ? dayIn(row[to.path], to.type) : null
    if (to && last && entity.fields[to.path]?.writable) change[to.path] = onDay(row[to.path], to.type, addDays(last, by))
    const undo = { [from.path]: row[from.path], ...(to && change[to.path] ? { [to.path]: row[to.path] } : {}) }
    try {
      const done = await updateRecord(entity.name, row.id, { version: row.version, ...change })
      const back = async () => {
        try {
          await updateRecord(entity.name, row.id, { version: done.record.version ?? row.version, ...undo })
        } catch (error) {
          toast.error(errorText(error, t))
        }
        void client.invalidateQueries({ queryKey: keys.entity(entity.name) })
      }
      toast.success(t('list:calendar.moved', { title: entry.title, day: dayText(day, i18n.language) }), { label: t('action.undo'), act: () => void back() })
    } catch (error) {
      toast.error(t('list:board.refused', { title: entry.title, reason: errorText(error, t) }))
    }
    void client.invalidateQueries({ queryKey: keys.entity(entity.name) })
  }

  const step = (by: number) => set({ day: span === 'week' && !small ? addDays(at, 7 * by) : addMonths(at, by) })
  const heading = span === 'week' && !small
    ? `${dayText(firstDay, i18n.language)} – ${dayText(lastDay, i18n.language)}`
    : new Intl.DateTimeFormat(i18n.language, { year: 'numeric', month: 'long', timeZone: 'UTC' }).format(new Date(`${monthOf(at)}-01T00:00:00Z`))
  const shared = { label, entity: entity.name, entries, today, writable, onMove: (entry: Entry, day: string) => void move(entry, day), onAsk: setAsking }
  return (
    <>
      <div className={style.bar}>
        <span className={style.steps}>
          <Button icon="left" label={t('list:calendar.before')} onClick={() => step(-1)} />
          <Button icon="right" label={t('list:calendar.after')} onClick={() => step(1)} />
          <Button disabled={at === today} onClick={() => set({ day: null })}>{t('list:calendar.today')}</Button>
        </span>
        <h2 className={style.month} aria-live="polite">{heading}</h2>
        {small ? null : (
          <span className={style.spans} role="group" aria-label={t('list:calendar.span')}>
            {(['month', 'week'] as const).map((one) => <Button key={one} kind={one === span ? 'default' : 'quiet'} pressed={one === span} onClick={() => set({ span: one === 'month' ? null : one })}>{t(`list:calendar.${one}`)}</Button>)}
          </span>
        )}
      </div>
      {list.error ? <Failure error={list.error} onRetry={() => void list.refetch()} /> : null}
      {more ? <Notice kind="info">{t('list:calendar.too_many')}</Notice> : null}
      {small
        ? <CalendarAgenda {...shared} days={days.filter((day) => monthOf(day) === monthOf(at))} busy={list.isPending} />
        : <CalendarGrid {...shared} days={days} month={span === 'month' ? monthOf(at) : null} busy={list.isFetching} />}
      {asking ? <Suspense fallback={null}><DayDialog entry={asking} onClose={() => setAsking(null)} onDone={(day) => { setAsking(null); void move(asking, day) }} /></Suspense> : null}
    </>
  )
}

function titleOf(row: ListRow, column: ViewColumn | undefined, titles: Titles): string {
  const value = column ? row[column.path] : row.title
  return (typeof value === 'string' && titles[value]) || String(value ?? row.title ?? '')
}

export const dayText = (day: string, language: string): string =>
  new Intl.DateTimeFormat(language, { day: 'numeric', month: 'short', timeZone: 'UTC' }).format(new Date(`${day}T00:00:00Z`))
