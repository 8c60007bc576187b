// Which part of a history is shown: kinds, a person, a field, days.
import { useTranslation } from 'react-i18next'
import type { TimelineQuery } from '@/api/records'
import { DayField } from '@/fields/day-field'
import { PersonSelect } from '@/features/people/person-select'
import { Button } from '@/ui/button'
import { FieldFrame } from '@/ui/field-frame'
import { Select } from '@/ui/select'
import { useForm } from '../form-context'
import style from './timeline.module.css'

interface TimelineFilterProps {
  query: TimelineQuery
  onChange: (query: TimelineQuery) => void
}

export default function TimelineFilter({ query, onChange }: TimelineFilterProps) {
  const { t } = useTranslation('record')
  const { entity } = useForm()
  const set = (part: Partial<Record<keyof TimelineQuery, string | null>>): void => {
    const next = Object.entries({ ...query, ...part }).filter(([, value]) => value)
    onChange(Object.fromEntries(next) as TimelineQuery)
  }
  const fields = Object.values(entity.fields).flatMap((field) => [
    { value: field.name, label: field.label },
    ...Object.values(field.fields ?? {}).map((inner) => ({ value: `${field.name}.${inner.name}`, label: `${field.label} · ${inner.label}` })),
  ])
  const day = (key: 'from' | 'to') => <DayField label={t(`history:filter.${key}`)} value={query[key] ?? null} onChange={(value) => set({ [key]: value })} />
  return (
    <div className={style.filter}>
      <FieldFrame label={t('history:filter.person')}>
        {({ id }) => <PersonSelect id={id} value={query.by ?? null} onChange={(by) => set({ by })} />}
      </FieldFrame>
      <FieldFrame label={t('history:filter.field')}>
        {({ id }) => <Select id={id} value={query.field ?? null} onChange={(field) => set({ field })} options={fields} searchable clearable />}
      </FieldFrame>
      <div className={style.days}>{day('from')}{day('to')}</div>
      <Button kind="quiet" onClick={() => onChange(query.kind ? { kind: query.kind } : {})}>{t('history:filter.clear')}</Button>
    </div>
  )
}
