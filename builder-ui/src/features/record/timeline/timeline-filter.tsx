// Which part of a history is shown: kinds, a person, a field, days.
import { lazy, Suspense } from 'react'
import { useTranslation } from 'react-i18next'
import type { TimelineQuery } from '@/api/records'
import { PersonSelect } from '@/features/people/person-select'
import type { Field } from '@/model/app'
import { Button } from '@/ui/button'
import { FieldFrame } from '@/ui/field-frame'
import { Select } from '@/ui/select'
import { useForm } from '../form-context'
import style from './timeline.module.css'

const DayPicker = lazy(() => import('@/fields/widgets/day-picker'))
const DAY: Field = { name: 'day', type: 'date', label: '', required: false, unique: false, writable: true, server: false }

interface TimelineFilterProps {
  query: TimelineQuery
  onChange: (query: TimelineQuery) => void
}

export default function TimelineFilter({ query, onChange }: TimelineFilterProps) {
  const { t, i18n } = useTranslation('record')
  const { entity } = useForm()
  const set = (part: Partial<Record<keyof TimelineQuery, string | null>>): void => {
    const next = Object.entries({ ...query, ...part }).filter(([, value]) => value)
    onChange(Object.fromEntries(next) as TimelineQuery)
  }
  const fields = Object.values(entity.fields).flatMap((field) => [
    { value: field.name, label: field.label },
    ...Object.values(field.fields ?? {}).map((inner) => ({ value: `${field.name}.${inner.name}`, label: `${field.label} · ${inner.label}` })),
  ])
  const day = (key: 'from' | 'to') => (
    <FieldFrame label={t(`history:filter.${key}`)}>
      {({ id }) => (
        <Suspense fallback={<span className="pf-input" />}>
          <DayPicker id={id} path="" field={DAY} value={query[key] ?? null} label={t(`history:filter.${key}`)} context={{ language: i18n.language }} onChange={(value) => set({ [key]: typeof value === 'string' ? value : null })} />
        </Suspense>
      )}
    </FieldFrame>
  )
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
