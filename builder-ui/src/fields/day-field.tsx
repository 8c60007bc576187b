/** A day in the fixed forms, as fields of records ask for one: in the reader's language, not the browser's. */
import { lazy, Suspense } from 'react'
import { useTranslation } from 'react-i18next'
import type { Field } from '@/model/app'
import { FieldFrame } from '@/ui/field-frame'

const DayPicker = lazy(() => import('./widgets/day-picker'))
const DAY: Field = { name: 'day', type: 'date', label: '', required: false, unique: false, writable: true, server: false }

interface DayFieldProps {
  label: string
  value: string | null
  onChange: (value: string | null) => void
  required?: boolean
}

export function DayField({ label, value, onChange, required = false }: DayFieldProps) {
  const { i18n } = useTranslation()
  return (
    <FieldFrame label={label} required={required}>
      {({ id }) => (
        <Suspense fallback={<span className="pf-input" />}>
          <DayPicker id={id} path="" field={DAY} value={value} label={label} context={{ language: i18n.language }} onChange={(day) => onChange(typeof day === 'string' ? day : null)} />
        </Suspense>
      )}
    </FieldFrame>
  )
}
