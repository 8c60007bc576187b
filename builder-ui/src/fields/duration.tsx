// A span of time in milliseconds, written as people say it.
import { type FieldShape, type FieldTypeModule, type FormatContext, textOf } from './field-type'
import type { Scalar } from '@/model/record'
import { formatSpanOf, parseSpan } from './spans'
import { TextInput } from './widgets/text-input'

function format(value: Scalar | undefined, _field: FieldShape, context: FormatContext): string {
  const text = textOf(value)
  const millis = Number(text)
  return text === '' || Number.isNaN(millis) ? text : formatSpanOf(millis, context.language)
}

export const duration: FieldTypeModule = {
  align: 'end',
  width: 116,
  format,
  plain: format,
  parse: (text, field) => {
    if (text.trim() === '') return { value: null }
    const millis = parseSpan(text, field.unit)
    return millis === null ? { problem: 'no_duration' } : { value: millis }
  },
  Edit: (props) => <TextInput {...props} type={duration} placeholder={props.context.language.startsWith('zh') ? '2天4小时' : '2d 4h 30m'} />,
}
