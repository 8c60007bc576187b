import { lazy, Suspense, useId, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { countries } from '@/fields/countries'
import type { Field } from '@/model/app'
import { isPeriod, periods } from '@/model/period'
import type { Condition, FilterField, FilterValue } from '@/model/filter'
import { MultiSelect, Select } from '@/ui/select'
import { TextInput } from '@/ui/text-input'
import { ReferenceSelect } from './reference-select'
import style from './filter-bar.module.css'

const DayPicker = lazy(() => import('@/fields/widgets/day-picker'))

interface ValueInputProps {
  field: FilterField
  condition: Condition
  onChange: (value: FilterValue) => void
  onEnter: () => void
}

/** Digits with the reader's habits taken out: `1,200.50` and `10 %` are what people paste. */
export function readNumber(text: string, percent: boolean): string {
  const plain = text.replace(/[,\s%]/g, '')
  if (!percent || plain === '' || Number.isNaN(Number(plain))) return plain
  return String(Number((Number(plain) / 100).toPrecision(12)))
}

export function ValueInput({ field, condition, onChange, onEnter }: ValueInputProps) {
  const { t, i18n } = useTranslation()
  const label = t('list:filter.value')
  const { operator, value } = condition
  const list = Array.isArray(value) ? value : []

  if (operator === 'period') {
    return <Select label={label} value={isPeriod(value) ? value : null} onChange={(next) => onChange(next ?? '')} options={periods.map((one) => ({ value: one, label: t(`list:period.${one}`) }))} searchable autoFocus />
  }
  if (operator === 'last_days' || operator === 'next_days') {
    return <TextInput label={label} type="number" inputMode="numeric" value={String(value ?? '')} onChange={(text) => onChange(Number(text))} suffix={t('list:filter.days')} onEnter={onEnter} autoFocus />
  }
  if (field.type === 'boolean') {
    return <Select label={label} value={value ? 'yes' : 'no'} onChange={(next) => onChange(next === 'yes')} options={[{ value: 'yes', label: t('value.yes') }, { value: 'no', label: t('value.no') }]} />
  }
  if (field.type === 'choice') return <MultiSelect label={label} value={list} onChange={onChange} options={field.options ?? []} autoFocus placeholder={t('list:filter.choose')} />
  if (field.type === 'multi_choice') return <Select label={label} value={typeof value === 'string' && value ? value : null} onChange={(next) => onChange(next ?? '')} options={field.options ?? []} searchable autoFocus placeholder={t('list:filter.choose')} />
  if (field.type === 'country') return <MultiSelect label={label} value={list} onChange={onChange} options={countries(i18n.language).map(({ code, name }) => ({ value: code, label: name }))} autoFocus placeholder={t('list:filter.choose')} />
  if (field.type === 'references' && field.to) return <ReferenceSelect label={label} entity={field.to} value={typeof value === 'string' && value ? [value] : []} onChange={(ids) => onChange(ids.at(-1) ?? '')} />
  if (field.to) return <ReferenceSelect label={label} entity={field.to} value={list} onChange={onChange} />
  if (field.type === 'date' || field.type === 'datetime') {
    if (operator !== 'between') return <DayInput label={label} value={String(value ?? '')} onChange={onChange} />
    return (
      <div className={style.days}>
        <DayInput label={t('list:filter.from')} value={list[0] ?? ''} onChange={(from) => onChange([from, list[1] ?? ''])} named />
        <DayInput label={t('list:filter.to')} value={list[1] ?? ''} onChange={(to) => onChange([list[0] ?? '', to])} named />
      </div>
    )
  }
  if (['integer', 'decimal', 'money', 'percent', 'rating'].includes(field.type)) {
    return <NumberValue field={field} operator={operator} value={value} onChange={onChange} onEnter={onEnter} />
  }
  return <TextInput label={label} value={String(value ?? '')} onChange={onChange} onEnter={onEnter} autoFocus placeholder={t('list:filter.text')} />
}

/** The same widget as in a form: segments for the keyboard, a calendar for the mouse, any date that is pasted. */
function DayInput({ label, value, onChange, named = false }: { label: string; value: string; onChange: (day: string) => void; named?: boolean }) {
  const { i18n } = useTranslation()
  const id = useId()
  return (
    <div className={style.day}>
      {named ? <span className={style.dayLabel} aria-hidden>{label}</span> : null}
      <Suspense fallback={<span className={style.dayWait} />}>
        <DayPicker id={id} path="" field={dayField} value={value === '' ? null : value} label={label} context={{ language: i18n.language }} onChange={(next) => onChange(typeof next === 'string' ? next : '')} />
      </Suspense>
    </div>
  )
}

const dayField: Field = { name: 'day', type: 'date', label: '', required: false, unique: false, writable: true, server: false }

interface NumberValueProps {
  field: FilterField
  operator: Condition['operator']
  value: FilterValue
  onChange: (value: FilterValue) => void
  onEnter: () => void
}

function NumberValue({ field, operator, value, onChange, onEnter }: NumberValueProps) {
  const { t } = useTranslation()
  const percent = field.type === 'percent'
  const shown = (stored: string) => (percent && stored !== '' && !Number.isNaN(Number(stored)) ? String(Number((Number(stored) * 100).toPrecision(12))) : stored)
  const input = (label: string, stored: string, change: (text: string) => void, first: boolean) => (
    <PlainNumber key={label} label={label} text={shown(stored)} onText={(text) => change(readNumber(text, percent))} suffix={percent ? '%' : undefined} onEnter={onEnter} autoFocus={first} />
  )
  if (operator !== 'between') return input(t('list:filter.value'), String(value ?? ''), onChange, true)
  const [from = '', to = ''] = Array.isArray(value) ? value : []
  return (
    <div className={style.range}>
      {input(t('list:filter.from'), from, (text) => onChange([text, to]), true)}
      <span aria-hidden>–</span>
      {input(t('list:filter.to'), to, (text) => onChange([from, text]), false)}
    </div>
  )
}

interface PlainNumberProps {
  label: string
  text: string
  onText: (text: string) => void
  suffix: string | undefined
  onEnter: () => void
  autoFocus: boolean
}

function PlainNumber({ label, text, onText, suffix, onEnter, autoFocus }: PlainNumberProps) {
  // What is typed is not rewritten while it is typed: "12." must be able to become "12.5".
  const [typed, setTyped] = useState(text)
  return <TextInput label={label} inputMode="decimal" value={typed} onChange={(next) => { setTyped(next); onText(next) }} suffix={suffix} onEnter={onEnter} autoFocus={autoFocus} />
}

