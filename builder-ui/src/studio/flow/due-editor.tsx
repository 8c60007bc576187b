/** Until when a task is to be decided, who is reminded, and what happens if nobody decides. */
import { useTranslation } from 'react-i18next'
import type { Json } from '@/model/definition'
import { Button } from '@/ui/button'
import { Checkbox } from '@/ui/checkbox'
import { FieldFrame } from '@/ui/field-frame'
import { Select } from '@/ui/select'
import panel from '../form/panel.module.css'
import { CalendarSelect, DateEditor, type DateTerm } from './date-editor'
import { isWorkingTime, spansOf } from './period'
import { PeriodInput } from './period-input'
import { SourcesEditor } from './sources-editor'
import { useSources } from './sources'
import style from './node-panel.module.css'

type Reminder = 'at_due' | { before: string } | { after: string }
type Then = { act: string; after?: string; to?: Json }
type Due = { after?: string; date?: DateTerm; calendar?: string; remind?: Reminder[]; then?: Then }

const acts = ['notify', 'approve', 'reject', 'return', 'reassign_up'] as const
const sides = ['before', 'at_due', 'after'] as const

export function DueEditor({ due, isForm = false, onChange }: { due: Json | undefined; isForm?: boolean; onChange: (due: Json | undefined) => void }) {
  const { t } = useTranslation('studio')
  const { calendars } = useSources()
  const now = (due ?? null) as Due | null
  const set = (change: Partial<Record<keyof Due, unknown>>) => onChange(Object.fromEntries(Object.entries({ ...now, ...change }).filter(([, value]) => value !== undefined)) as Json)
  const remind = now?.remind ?? []
  const putReminder = (at: number, next: Reminder | null) => {
    const left = remind.flatMap((old, n) => (n === at ? (next === null ? [] : [next]) : [old]))
    set({ remind: left.length ? left : undefined })
  }
  const then = now?.then
  return (
    <fieldset className={panel.options}>
      <legend>{t('flow.due.label')}</legend>
      <Checkbox checked={now !== null} onChange={(on) => onChange(on ? { after: '2 days' } : undefined)}>{t('flow.due.has')}</Checkbox>
      {now === null ? null : (
        <>
          <FieldFrame label={t('flow.due.when')}>
            {({ id }) => <Select id={id} value={now.date ? 'date' : 'after'} onChange={(kind) => set(kind === 'date' ? { after: undefined, date: { field: '' } } : { date: undefined, after: '2 days' })} options={[{ value: 'after', label: t('flow.due.after_given') }, { value: 'date', label: t('flow.due.by_date') }]} />}
          </FieldFrame>
          {now.date ? <DateEditor term={now.date} onChange={(date) => set({ date })} /> : <PeriodInput label={t('flow.due.how_long')} value={now.after ?? ''} onChange={(after) => set({ after })} />}
          {isWorkingTime(...spansOf(due)) ? <CalendarSelect value={now.calendar} calendars={calendars} onChange={(calendar) => set({ calendar })} /> : null}
          <fieldset className={panel.options}>
            <legend>{t('flow.due.remind')}</legend>
            {remind.map((one, at) => {
              const side = one === 'at_due' ? 'at_due' : 'before' in one ? 'before' : 'after'
              const span = one === 'at_due' ? '1 hours' : 'before' in one ? one.before : one.after
              const write = (next: string, value: string) => putReminder(at, next === 'at_due' ? 'at_due' : ({ [next]: value } as Reminder))
              return (
                // Reminders have no names; their order is what they are told apart by.
                // oxlint-disable-next-line react/no-array-index-key
                <div key={at} className={style.case}>
                  <div className={style.caseHead}>
                    <Select label={t('flow.due.remind')} value={side} onChange={(next) => { if (next) write(next, span) }} options={sides.map((value) => ({ value, label: t(`flow.due.sides.${value}`) }))} />
                    <Button kind="quiet" size="small" icon="close" label={t('act.remove')} onClick={() => putReminder(at, null)} />
                  </div>
                  {side === 'at_due' ? null : <PeriodInput label={t('flow.due.how_long')} value={span} onChange={(value) => write(side, value)} />}
                </div>
              )
            })}
            <Button size="small" kind="quiet" icon="add" onClick={() => set({ remind: [...remind, { before: '4 hours' }] })}>{t('flow.due.add_reminder')}</Button>
          </fieldset>
          <FieldFrame label={t('flow.due.then')} help={t('flow.due.then_help')}>
            {({ id, describedBy }) => <Select id={id} describedBy={describedBy} value={then?.act ?? 'nothing'} onChange={(act) => set({ then: act === 'nothing' || !act ? undefined : { ...(then?.after ? { after: then.after } : {}), act } })} options={['nothing', ...acts.filter((act) => !isForm || act !== 'reject')].map((value) => ({ value, label: t(`flow.due.acts.${isForm && value === 'approve' ? 'complete' : value}`) }))} />}
          </FieldFrame>
          {then ? (
            <>
              <Checkbox checked={then.after !== undefined} onChange={(on) => { const { after: _after, ...rest } = then; set({ then: on ? { ...rest, after: '1 days' } : rest }) }}>{t('flow.due.later')}</Checkbox>
              {then.after === undefined ? null : <PeriodInput label={t('flow.due.how_long')} value={then.after} onChange={(after) => set({ then: { ...then, after } })} />}
              {then.act === 'notify' && Array.isArray(then.to) && then.to.length ? <SourcesEditor label={t('flow.to_whom')} sources={then.to} onChange={(to) => set({ then: { ...then, to } })} /> : null}
            </>
          ) : null}
        </>
      )}
    </fieldset>
  )
}
