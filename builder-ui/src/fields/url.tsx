// A web address. What is typed without a scheme gets https.
import { type FieldTypeModule, textOf } from './field-type'
import { TextInput } from './widgets/text-input'

/** Only addresses of the web become links: `javascript:` would run. */
function isWeb(text: string): boolean {
  return /^https?:\/\//i.test(text)
}

function complete(text: string): string {
  return /^[a-z][a-z0-9+.-]*:/i.test(text) ? text : `https://${text}`
}

export const url: FieldTypeModule = {
  align: 'start',
  width: 200,
  format: (value) => textOf(value).replace(/^https?:\/\//i, '').replace(/\/$/, ''),
  plain: textOf,
  parse: (text) => ({ value: text.trim() === '' ? null : complete(text.trim()) }),
  Show: ({ value, field, context }) => {
    const address = textOf(value)
    if (address === '') return null
    const text = url.format(value, field, context)
    return isWeb(address) ? <a className="pf-anchor" href={address} target="_blank" rel="noreferrer">{text}</a> : <>{text}</>
  },
  Edit: (props) => <TextInput {...props} type={url} inputType="text" inputMode="url" />,
}
