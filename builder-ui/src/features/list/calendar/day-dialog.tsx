/** Another day for a record, for who does not drag. */
import { lazy, Suspense, useState, type FormEvent } from 'react'
import { useTranslation } from 'react-i18next'
import type { Field } from '@/model/app'
import { Button } from '@/ui/button'
import { Dialog } from '@/ui/dialog'
import { FieldFrame } from '@/ui/field-frame'
import type { Entry } from './calendar-view'

const DayPicker = lazy(() => import('@/fields/widgets/day-picker'))
const field: Field = { name: 'day', type: 'date', label: '', required: true, unique: false, writable: true, server: false }

export default function DayDialog({ entry, onClose, onDone }: { entry: Entry; onClose: () => void; onDone: (day: string) => void }) {
  const { t, i18n } = useTranslation()
  const [day, setDay] = useState(entry.first)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (day) onDone(day)
  }
  const label = t('list:calendar.day')
  return (
    <Dialog open title={t('list:calendar.other_day', { title: entry.title })} width={380} onClose={onClose}>
      <form onSubmit={submit} style={{ display: 'grid', gap: 16 }}>
        <FieldFrame label={label} required>
          {({ id }) => (
            <Suspense fallback={<span style={{ height: 32 }} />}>
              <DayPicker id={id} path="" field={field} value={day === '' ? null : day} label={label} context={{ language: i18n.language }} onChange={(next) => setDay(typeof next === 'string' ? next : '')} />
            </Suspense>
          )}
        </FieldFrame>
        <div style={{ display: 'flex', gap: 8, justifyContent: 'flex-end' }}>
          <Button onClick={onClose}>{t('action.cancel')}</Button>
          <Button kind="primary" submit disabled={!day}>{t('list:calendar.move')}</Button>
        </div>
      </form>
    </Dialog>
  )
}
