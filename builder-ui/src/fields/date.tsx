// A day.
import { lazy, Suspense } from 'react'
import { formatDate, parseDate } from './dates'
import { type FieldTypeModule, textOf } from './field-type'
import { TextInput } from './widgets/text-input'

// The calendar is heavy and lists need none of it.
const DayPicker = lazy(() => import('./widgets/day-picker'))

export const date: FieldTypeModule = {
  align: 'start',
  grouped: true,
  width: 128,
  format: (value, _field, context) => formatDate(textOf(value), context.language),
  plain: textOf,
  parse: (text) => (text.trim() === '' ? { value: null } : parseDate(text)),
  Edit: (props) =>
    props.cell ? (
      <TextInput {...props} type={date} placeholder="2026-12-31" />
    ) : (
      <Suspense fallback={<span className="pf-input">{date.format(props.value, props.field, props.context)}</span>}>
        <DayPicker {...props} />
      </Suspense>
    ),
}
