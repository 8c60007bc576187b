/** What is noted for those who look after the system: who signed in, took what out, looked as somebody else, erased what. */
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useAppModel } from '@/api/app-context'
import { auditFile, listAudit, type AuditQuery, type AuditRow } from '@/api/history'
import { keys } from '@/api/keys'
import { DayField } from '@/fields/day-field'
import { formatDatetime } from '@/fields/dates'
import { PersonSelect } from '@/features/people/person-select'
import { Button } from '@/ui/button'
import { Card } from '@/ui/card'
import { Empty } from '@/ui/empty'
import { Failure } from '@/ui/failure'
import { FieldFrame } from '@/ui/field-frame'
import { Icon, type IconName } from '@/ui/icon'
import { Page } from '@/ui/page'
import { Select } from '@/ui/select'
import { SkeletonRows } from '@/ui/skeleton'
import style from './audit.module.css'

/** What is asked for together. */
const GROUPS: Record<string, string> = {
  sign_in: 'sign_in,sign_out', refused: 'sign_in_refused', passwords: 'password_given,password_changed', export: 'export',
  view_as: 'view_as,view_as_ended', revealed: 'revealed,key_rotated', erased: 'erased,purged,aside_purged,retention', published: 'published,test_run',
  decided_by_mail: 'decided_by_mail', setting: 'setting',
}

const ICONS: Record<string, IconName> = {
  sign_in: 'key', sign_out: 'sign_out', sign_in_refused: 'warning', password_given: 'lock', password_changed: 'lock', export: 'download',
  view_as: 'people', view_as_ended: 'people', revealed: 'lock', key_rotated: 'key', erased: 'delete', purged: 'delete', aside_purged: 'delete', retention: 'clock', published: 'send', test_run: 'search', setting: 'settings',
  decided_by_mail: 'mail',
}

export default function AuditPage() {
  const { t } = useTranslation('administration')
  const [group, setGroup] = useState<string | null>(null)
  const [rest, setRest] = useState<AuditQuery>({})
  const query: AuditQuery = { ...rest, ...(group ? { kind: GROUPS[group] ?? group } : {}) }
  const list = useInfiniteQuery({
    queryKey: keys.audit(query),
    queryFn: ({ pageParam }) => listAudit(query, pageParam || undefined),
    initialPageParam: '',
    getNextPageParam: (page) => page.next ?? undefined,
    placeholderData: keepPreviousData,
  })
  const rows = list.data?.pages.flatMap((page) => page.rows) ?? []
  const set = (part: Partial<Record<keyof AuditQuery, string | null>>) =>
    setRest((before) => Object.fromEntries(Object.entries({ ...before, ...part }).filter(([, value]) => value)) as AuditQuery)
  const day = (key: 'from' | 'to') => <DayField label={t(`audit.${key}`)} value={rest[key] ?? null} onChange={(value) => set({ [key]: value })} />
  return (
    <Page title={t('audit.title')} width="wide" actions={<Button icon="download" onClick={() => window.location.assign(auditFile(query))}>{t('audit.export')}</Button>}>
      <div className={style.filters}>
        <FieldFrame label={t('audit.kind')}>
          {({ id }) => <Select id={id} value={group} onChange={setGroup} clearable placeholder={t('audit.all')} options={Object.keys(GROUPS).map((one) => ({ value: one, label: t(`audit.group.${one}`) }))} />}
        </FieldFrame>
        <FieldFrame label={t('audit.person')}>
          {({ id }) => <PersonSelect id={id} value={rest.user ?? null} onChange={(user) => set({ user })} clearable />}
        </FieldFrame>
        {day('from')}
        {day('to')}
      </div>
      {list.error ? <Failure error={list.error} onRetry={() => void list.refetch()} /> : null}
      <Card flush label={t('audit.title')}>
        {list.isPending ? <SkeletonRows rows={8} height={48} /> : null}
        {list.data && rows.length === 0 ? <Empty icon="history" title={t('audit.nothing')} text={t('audit.nothing_text')} /> : null}
        <ol>{rows.map((row) => <Row key={row.id} row={row} />)}</ol>
      </Card>
      {list.hasNextPage ? <p className={style.more}><Button busy={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>{t('common:action.more')}</Button></p> : null}
    </Page>
  )
}

function Row({ row }: { row: AuditRow }) {
  const { t, i18n } = useTranslation('administration')
  const refused = row.kind === 'sign_in_refused'
  return (
    <li className={style.row}>
      <span className={`${style.icon} ${refused ? style.refused : ''}`}><Icon name={ICONS[row.kind] ?? 'info'} size={15} /></span>
      <div>
        <p><strong>{row.user_name ?? (refused ? String(row.detail.email ?? t('audit.nobody')) : t('audit.engine'))}</strong> {t(`audit.did.${row.kind}`, { defaultValue: row.kind })}</p>
        <p className={style.detail}>{useDetail(row)}</p>
      </div>
      <time dateTime={row.at}>{formatDatetime(row.at, i18n.language)}</time>
    </li>
  )
}

/** What there is to say of it, in words; names for what has one. */
function useDetail(row: AuditRow): string {
  const { t } = useTranslation('administration')
  const model = useAppModel()
  const { detail } = row
  const told: string[] = []
  const label = (entity: unknown) => (entity === 'audit' ? t('audit.title') : model.entities[String(entity)]?.label_plural ?? String(entity))
  if (detail.entity) told.push(label(detail.entity))
  if (detail.name && row.kind !== 'setting') told.push(String(detail.name))
  if (row.kind === 'setting') told.push(`${String(detail.name).replace('setting.', '')}: ${JSON.stringify(detail.old ?? null)} → ${JSON.stringify(detail.new ?? null)}`)
  if (Array.isArray(detail.fields)) told.push((detail.fields as unknown[]).map((one) => model.entities[String(detail.entity)]?.fields[String(one)]?.label ?? String(one)).join(', '))
  if (typeof detail.rows === 'number') told.push(t('audit.rows', { count: detail.rows }))
  if (detail.version) told.push(t('audit.version', { version: detail.version }))
  if (detail.reason || detail.note) told.push(`“${String(detail.reason ?? detail.note)}”`)
  if (detail.address) told.push(String(detail.address))
  return told.join(' · ')
}
