// A country by its ISO 3166-1 code, shown by its name in the reader's language.
import { countries, countryName, findCountry } from './countries'
import { type EditProps, type FieldTypeModule, textOf } from './field-type'
import { Combobox } from './widgets/combobox'
import { fold } from './widgets/fold'

function Country(props: EditProps) {
  const { language } = props.context
  const value = textOf(props.value)
  const load = (text: string) => {
    const word = fold(text)
    return countries(language)
      .filter(({ code, name }) => fold(name).includes(word) || fold(code) === word || fold(countryName(code, 'en')).includes(word))
      .map(({ code, name }) => ({ value: code, title: name, subtitle: code }))
  }
  return <Combobox {...props} value={value === '' ? null : value} title={value === '' ? '' : countryName(value, language)} load={load} onChange={(code) => props.onChange(code)} />
}

export const country: FieldTypeModule = {
  align: 'start',
  width: 132,
  format: (value, _field, context) => (textOf(value) === '' ? '' : countryName(textOf(value), context.language)),
  plain: (value, _field, context) => (textOf(value) === '' ? '' : countryName(textOf(value), context.language)),
  parse: (text) => {
    if (text.trim() === '') return { value: null }
    const code = findCountry(text)
    return code ? { value: code } : { problem: 'no_country' }
  },
  Edit: Country,
}
