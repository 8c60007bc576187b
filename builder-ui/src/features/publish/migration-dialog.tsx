/** What becomes of workflows that run by an older version: told before, then done, each by itself. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { keys } from '@/api/keys'
import { migrate, planMigration, type Migration, type MigrationRow, type Place, type RunningVersion } from '@/api/migrations'
import { errorText } from '@/locales/i18n'
import { Button } from '@/ui/button'
import { Dialog } from '@/ui/dialog'
import { FieldFrame } from '@/ui/field-frame'
import { Icon } from '@/ui/icon'
import { Notice } from '@/ui/notice'
import { Select } from '@/ui/select'
import { SkeletonRows } from '@/ui/skeleton'
import { TextInput } from '@/ui/text-input'
import style from './publish-page.module.css'

type Choice = 'migrate' | 'restart'

export default function MigrationDialog({ running, onClose }: { running: RunningVersion; onClose: () => void }) {
  const { t } = useTranslation('publish')
  const client = useQueryClient()
  const [choice, choose] = useState<Choice>('migrate')
  const [nodes, setNodes] = useState<Record<string, string>>({})
  const [reason, setReason] = useState('')
  const wish = { from: running.version, nodes, do: choice }
  const plan = useQuery({ queryKey: keys.migration(running.workflow, wish), queryFn: () => planMigration(running.workflow, wish), placeholderData: (old) => old })
  const act = useMutation({
    mutationFn: () => migrate(running.workflow, { ...wish, reason }),
    onSettled: () => { void client.invalidateQueries({ queryKey: keys.running, exact: true }); void client.invalidateQueries({ queryKey: keys.tasks }) },
  })
  const told = act.data ?? plan.data
  const can = plan.data?.rows.filter((row) => row.can).length ?? 0
  const done = act.data?.rows.filter((row) => row.done).length ?? 0
  const footer = act.data
    ? <Button kind="primary" onClick={onClose}>{t('common:action.close')}</Button>
    : (
      <>
        <Button onClick={onClose}>{t('common:action.cancel')}</Button>
        <Button kind="primary" disabled={can === 0 || !reason.trim()} busy={act.isPending} onClick={() => act.mutate()}>{t(`migration.${choice}`, { count: can })}</Button>
      </>
    )
  return (
    <Dialog open title={t('migration.title', { workflow: running.label, version: running.version })} onClose={onClose} width={640} footer={footer}>
      <div className={style.migration}>
        {act.data ? <Notice kind={done === act.data.rows.length ? 'success' : 'info'}>{t('migration.done', { done, count: act.data.rows.length })}</Notice> : (
          <>
            <FieldFrame label={t('migration.choice')} help={t(`migration.means.${choice}`)}>
              {({ id, describedBy }) => <Select id={id} describedBy={describedBy} value={choice} onChange={(value) => { if (value) choose(value) }} options={(['migrate', 'restart'] as const).map((value) => ({ value, label: t(`migration.choices.${value}`) }))} />}
            </FieldFrame>
            {choice === 'migrate' && plan.data ? <Lost plan={plan.data} nodes={nodes} onChange={setNodes} /> : null}
            <FieldFrame label={t('migration.reason')} help={t('migration.reason_help')} required>
              {({ id, describedBy }) => <TextInput id={id} describedBy={describedBy} value={reason} onChange={setReason} />}
            </FieldFrame>
          </>
        )}
        {plan.error ? <Notice kind="error">{errorText(plan.error, t)}</Notice> : null}
        {act.error ? <Notice kind="error">{errorText(act.error, t)}</Notice> : null}
        {told ? <Rows rows={told.rows} more={told.more} restart={choice === 'restart'} /> : plan.error ? null : <SkeletonRows rows={4} height={44} />}
      </div>
    </Dialog>
  )
}

/** Where it stands now and cannot stand as it is: to which node that goes. */
function Lost({ plan, nodes, onChange }: { plan: Migration; nodes: Record<string, string>; onChange: (nodes: Record<string, string>) => void }) {
  const { t } = useTranslation('publish')
  const places = new Map<string, string>()
  for (const row of plan.rows) for (const place of row.places) if (place.hindrance || place.node in nodes) places.set(place.node, place.label)
  if (places.size === 0) return null
  return (
    <>
      {[...places].map(([node, label]) => (
        <FieldFrame key={node} label={t('migration.goes_to', { node: label })}>
          {({ id }) => (
            <Select id={id} searchable value={nodes[node] ?? null} placeholder={t('migration.choose_node')} onChange={(to) => {
              const { [node]: _old, ...rest } = nodes
              onChange(to ? { ...rest, [node]: to } : rest)
            }} options={plan.targets.filter((one) => !['start', 'end', 'switch'].includes(one.kind)).map((one) => ({ value: one.node, label: one.label }))} />
          )}
        </FieldFrame>
      ))}
    </>
  )
}

function Rows({ rows, more, restart }: { rows: MigrationRow[]; more: boolean; restart: boolean }) {
  const { t } = useTranslation('publish')
  if (rows.length === 0) return <p className={style.value}>{t('migration.none')}</p>
  return (
    <>
      <ul className={style.moves} aria-label={t('migration.what')}>
        {rows.map((row) => (
          <li key={row.instance}>
            <Icon name={row.problem || (!row.can && !row.done) ? 'error' : row.done ? 'done' : 'check'} size={15} label={t(row.problem || (!row.can && !row.done) ? 'migration.cannot' : row.done ? 'migration.is_done' : 'migration.can')} />
            <div>
              <p><strong>{row.title ?? t('migration.hidden')}</strong></p>
              {row.problem ? <p className={style.wrong}>{row.problem}</p> : null}
              {restart ? null : row.places.map((place) => <PlaceLine key={`${place.node} ${place.item ?? ''}`} place={place} />)}
            </div>
          </li>
        ))}
      </ul>
      {more ? <p className={style.value}>{t('migration.more')}</p> : null}
    </>
  )
}

function PlaceLine({ place }: { place: Place }) {
  const { t } = useTranslation('publish')
  const label = place.item ? `${place.label} · ${place.item}` : place.label
  const people = place.people.map((one) => one.name).filter(Boolean).join(', ')
  const to = place.hindrance ? t(`migration.hindrance.${place.hindrance}`) : place.to_label !== place.label ? `→ ${place.to_label ?? ''}` : t('migration.stays')
  return <p className={place.hindrance ? style.wrong : style.value}>{label}{people ? ` (${people})` : ''}: {to}</p>
}
