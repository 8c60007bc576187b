// A currency by its ISO 4217 code; the browser knows what they are called.
import { localeTag } from './exact'
import { type EditProps, type FieldTypeModule, textOf } from './field-type'
import { Combobox } from './widgets/combobox'
import { fold } from './widgets/fold'

/** Those that firms name most, first. */
const USUAL = ['CNY', 'USD', 'EUR', 'GBP', 'HKD', 'JPY', 'AUD', 'CAD', 'SGD', 'CHF']

function codes(): string[] {
  const known = Intl.supportedValuesOf('currency')
  return [...USUAL, ...known.filter((code) => !USUAL.includes(code))]
}

const spoken = new Map<string, Intl.DisplayNames>()

function nameOf(code: string, language: string): string {
  const tag = localeTag(language)
  const names = spoken.get(tag) ?? new Intl.DisplayNames(tag, { type: 'currency', fallback: 'none' })
  spoken.set(tag, names)
  return (/^[A-Z]{3}$/.test(code) ? names.of(code) : undefined) ?? ''
}

function Currency(props: EditProps) {
  const value = textOf(props.value)
  const load = (text: string) =>
    codes()
      .map((code) => ({ value: code, title: code, subtitle: nameOf(code, props.context.language) }))
      .filter((option) => fold(option.title).startsWith(fold(text)) || fold(option.subtitle).includes(fold(text)))
      .slice(0, 30)
  return <Combobox {...props} value={value === '' ? null : value} title={value} load={load} onChange={(code) => props.onChange(code)} />
}

export const currency: FieldTypeModule = {
  align: 'start',
  width: 96,
  format: textOf,
  plain: textOf,
  parse: (text) => {
    const code = text.normalize('NFKC').trim().toUpperCase()
    if (code === '') return { value: null }
    return /^[A-Z]{3}$/.test(code) ? { value: code } : { problem: 'no_currency' }
  },
  Edit: Currency,
}
