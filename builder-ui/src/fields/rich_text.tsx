// Text with paragraphs, lists, emphasis and links. What is shown is built from the text's elements one by one, never
// given to the browser as HTML, though the server has cleaned it already.
import './fields.css'
import { lazy, Suspense } from 'react'
import { type FieldTypeModule, textOf } from './field-type'
import { fromPlain, plainOf, readRich } from './rich'
import { RichShown } from './widgets/rich-shown'
import { TextInput } from './widgets/text-input'

const RichEditor = lazy(() => import('./widgets/rich-editor'))

export const rich_text: FieldTypeModule = {
  align: 'start',
  width: 240,
  grouped: true,
  format: (value) => plainOf(readRich(textOf(value))),
  plain: (value) => plainOf(readRich(textOf(value))),
  parse: (text) => ({ value: text.trim() === '' ? null : fromPlain(text) }),
  Show: ({ value, compact }) => (compact ? <>{plainOf(readRich(textOf(value)))}</> : <RichShown html={textOf(value)} />),
  Edit: (props) =>
    props.cell ? (
      <TextInput {...props} type={rich_text} />
    ) : (
      <Suspense fallback={<div className="pf-input pf-rich"><RichShown html={textOf(props.value)} /></div>}>
        <RichEditor {...props} />
      </Suspense>
    ),
}
