/** What a wait waits for, and between what a race is. */
import { lazy, Suspense } from 'react'
import { useTranslation } from 'react-i18next'
import type { Json } from '@/model/definition'
import { Button } from '@/ui/button'
import { FieldFrame } from '@/ui/field-frame'
import { Select } from '@/ui/select'
import { TextInput } from '@/ui/text-input'
import { useDefinition } from '../context'
import panel from '../form/panel.module.css'
import { ConditionEditor } from './condition-editor'
import { useFlow } from './context'
import { CalendarSelect, DateEditor, type DateTerm } from './date-editor'
import { addRaceBranch, change, removeRaceBranch } from './flow-edit'
import { isWorkingTime, spansOf } from './period'
import { PeriodInput } from './period-input'
import { useSources } from './sources'
import style from './node-panel.module.css'

const Further = lazy(() => import('../schema/further'))

const kinds = ['after', 'date', 'message', 'until'] as const
type Kind = (typeof kinds)[number]
const starts: Record<Kind, Json> = { after: { after: '1 days' }, date: { date: { field: '' } }, message: { message: { name: '', key: 'number' } }, until: { until: 'true' } }

export function WaitEditor({ name }: { name: string }) {
  const { t } = useTranslation('studio')
  const flow = useFlow()
  const { calendars } = useSources()
  const variables = useDefinition(flow.about.file)?.variables
  const node = flow.nodes[name]
  const awaited = (node?.for ?? {}) as Partial<Record<Kind, Json>>
  const kind = kinds.find((one) => one in awaited) ?? 'after'
  const message = (awaited.message ?? {}) as { name?: string; key?: string; values?: Json }
  const set = (properties: Record<string, Json | undefined>, typed = false) => flow.act(t('act.change', { what: flow.label(name) }), change(flow.nodes, name, properties), typed ? `${name}.for` : null)
  return (
    <>
      <FieldFrame label={t('flow.wait.for')}>
        {({ id }) => <Select<Kind> id={id} value={kind} onChange={(next) => { if (next) set({ for: starts[next] }) }} options={kinds.map((value) => ({ value, label: t(`flow.wait.kinds.${value}`) }))} />}
      </FieldFrame>
      {kind === 'after' ? <PeriodInput label={t('flow.due.how_long')} value={String(awaited.after ?? '')} onChange={(after) => set({ for: { after } }, true)} /> : null}
      {kind === 'date' ? <DateEditor term={(awaited.date ?? { field: '' }) as DateTerm} onChange={(date) => set({ for: { date } })} /> : null}
      {kind === 'message' ? (
        <>
          <FieldFrame label={t('flow.wait.message')} help={t('flow.wait.message_help')}>
            {({ id, describedBy }) => <TextInput id={id} describedBy={describedBy} value={message.name ?? ''} onChange={(next) => set({ for: { message: { ...message, name: next } } }, true)} />}
          </FieldFrame>
          <FieldFrame label={t('flow.wait.key')} help={t('flow.wait.key_help')}>
            {({ id, describedBy }) => <TextInput id={id} describedBy={describedBy} value={message.key ?? ''} onChange={(key) => set({ for: { message: { ...message, key } } }, true)} />}
          </FieldFrame>
          <Suspense fallback={null}>
            <Further about={flow.about} kind="workflow" texts={flow.texts} of="MessageTerm" value={message as Record<string, Json>} path={`nodes.${name}.for.message`} without={['name', 'key']}
              onChange={(next, how) => flow.write(t('act.change', { what: flow.label(name) }), change(flow.nodes, name, { for: { message: next as Json } }), how.beside ?? {}, how.typed ?? null)} />
          </Suspense>
        </>
      ) : null}
      {kind === 'until' ? <ConditionEditor fields={flow.fields} variables={Object.keys((variables ?? {}) as object)} condition={awaited.until ?? 'true'} onChange={(until, typed) => set({ for: { until } }, typed)} /> : null}
      {isWorkingTime(...spansOf(node?.for)) ? <CalendarSelect value={node?.calendar} calendars={calendars} onChange={(calendar) => set({ calendar })} /> : null}
    </>
  )
}

export function RaceEditor({ name }: { name: string }) {
  const { t } = useTranslation('studio')
  const flow = useFlow()
  const branches = Object.entries((flow.nodes[name]?.branches ?? {}) as Record<string, { label?: string; next: string }>)
  const words = { rejected: t('flow.new.rejected') }
  return (
    <>
      <p className={panel.caption}>{t('flow.race.help')}</p>
      {branches.map(([key, { next }]) => (
        <div key={key} className={style.caseHead}>
          <Button kind="quiet" size="small" onClick={() => flow.select(next)}>{flow.label(next)}</Button>
          <Button kind="quiet" size="small" icon="delete" label={t('act.remove_what', { what: flow.label(next) })} disabled={branches.length <= 2} onClick={() => flow.act(t('act.remove'), removeRaceBranch(flow.nodes, name, key))} />
        </div>
      ))}
      <div className={style.caseHead}>
        <Button size="small" icon="add" onClick={() => flow.act(t('flow.race.add_wait'), addRaceBranch(flow.nodes, name, 'wait', t('flow.new.wait'), words))}>{t('flow.race.add_wait')}</Button>
        <Button size="small" icon="add" onClick={() => flow.act(t('flow.race.add_decision'), addRaceBranch(flow.nodes, name, 'approval', t('flow.new.approval'), words))}>{t('flow.race.add_decision')}</Button>
      </div>
    </>
  )
}
