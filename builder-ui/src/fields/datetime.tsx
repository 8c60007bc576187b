// A moment, shown and entered by the firm's clock.
import { lazy, Suspense } from 'react'
import { dayAndTime } from '@/model/zone'
import { formatDatetime, parseDatetime } from './dates'
import { type FieldTypeModule, textOf } from './field-type'
import { TextInput } from './widgets/text-input'

const DayPicker = lazy(() => import('./widgets/day-picker'))

/** `2026-11-21 08:30`, by the firm's clock. */
function plain(text: string): string {
  const moment = new Date(text)
  return text === '' || Number.isNaN(moment.getTime()) ? text : dayAndTime(moment)
}

export const datetime: FieldTypeModule = {
  align: 'start',
  grouped: true,
  width: 168,
  format: (value, _field, context) => (textOf(value) === '' ? '' : formatDatetime(textOf(value), context.language)),
  plain: (value) => plain(textOf(value)),
  parse: (text) => (text.trim() === '' ? { value: null } : parseDatetime(text)),
  Edit: (props) =>
    props.cell ? (
      <TextInput {...props} type={datetime} placeholder="2026-12-31 09:00" />
    ) : (
      <Suspense fallback={<span className="pf-input">{datetime.format(props.value, props.field, props.context)}</span>}>
        <DayPicker {...props} time />
      </Suspense>
    ),
}
