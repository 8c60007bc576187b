/** A date of the record, or so long before or after it. */
import { useTranslation } from 'react-i18next'
import type { Json } from '@/model/definition'
import { FieldFrame } from '@/ui/field-frame'
import { Select } from '@/ui/select'
import { useFlow } from './context'
import { PeriodInput } from './period-input'

export type DateTerm = { field: string; before?: string; after?: string; time?: string } & Record<string, Json>

export function DateEditor({ term, onChange }: { term: DateTerm; onChange: (term: DateTerm) => void }) {
  const { t } = useTranslation('studio')
  const flow = useFlow()
  const dates = flow.fields.filter((one) => !one.path.includes('.') && (one.type === 'date' || one.type === 'datetime')).map((one) => ({ value: one.path, label: one.label }))
  const { before, after, ...rest } = term
  const side = before === undefined ? (after === undefined ? 'on' : 'after') : 'before'
  const put = (next: 'on' | 'before' | 'after', span = before ?? after ?? '1 days') => onChange((next === 'on' ? rest : { ...rest, [next]: span }) as DateTerm)
  return (
    <>
      <FieldFrame label={t('flow.due.date_field')}>
        {({ id }) => <Select id={id} searchable value={term.field || null} placeholder={t('flow.due.no_date')} onChange={(field) => { if (field) onChange({ ...term, field }) }} options={dates} />}
      </FieldFrame>
      <FieldFrame label={t('flow.due.offset')}>
        {({ id }) => <Select id={id} value={side} onChange={(next) => { if (next) put(next) }} options={(['on', 'before', 'after'] as const).map((value) => ({ value, label: t(`flow.due.offsets.${value}`) }))} />}
      </FieldFrame>
      {side === 'on' ? null : <PeriodInput label={t('flow.due.how_long')} value={before ?? after ?? ''} onChange={(span) => put(side, span)} />}
    </>
  )
}

/** The calendar that counts working time; nothing to ask where there is one alone. */
export function CalendarSelect({ value, onChange, calendars }: { value: Json | undefined; onChange: (name: string) => void; calendars: { value: string; label: string }[] }) {
  const { t } = useTranslation('studio')
  if (calendars.length < 2 && value === undefined) return null
  return (
    <FieldFrame label={t('flow.due.calendar')}>
      {({ id }) => <Select id={id} value={typeof value === 'string' ? value : null} onChange={(name) => { if (name) onChange(name) }} options={calendars} />}
    </FieldFrame>
  )
}
