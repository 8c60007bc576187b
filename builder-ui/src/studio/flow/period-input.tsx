/** A span of time: how many of what. */
import { useTranslation } from 'react-i18next'
import { Select } from '@/ui/select'
import { TextInput } from '@/ui/text-input'
import panel from '../form/panel.module.css'
import { readPeriod, units, writePeriod, type Unit } from './period'

export function PeriodInput({ label, value, onChange }: { label: string; value: string; onChange: (value: string) => void }) {
  const { t } = useTranslation('studio')
  const { count, unit } = readPeriod(value)
  return (
    <div className={panel.pair}>
      <TextInput type="number" inputMode="numeric" label={label} value={count} onChange={(next) => onChange(writePeriod(next, unit))} invalid={!/^[1-9]\d{0,5}$/.test(count)} />
      <Select<Unit> label={t('flow.due.unit')} value={unit} onChange={(next) => { if (next) onChange(writePeriod(count, next)) }} options={units.map((one) => ({ value: one, label: t(`flow.due.units.${one}`) }))} />
    </div>
  )
}
