// One of the options that the definition names.
import type { ChoiceOption } from '@/model/app'
import { Tag } from '@/ui/tag'
import { type EditProps, type FieldShape, type FieldTypeModule, textOf } from './field-type'
import { Combobox } from './widgets/combobox'
import { fold } from './widgets/fold'

/** The option that a text means: by label, by key, by its code in the outside world. */
export function findOption(text: string, options: readonly ChoiceOption[] = []): ChoiceOption | undefined {
  const word = fold(text)
  return (
    options.find((option) => fold(option.label) === word) ??
    options.find((option) => fold(option.value) === word) ??
    options.find((option) => option.code !== undefined && fold(option.code) === word)
  )
}

export function optionLabel(value: string, field: FieldShape): string {
  return field.options?.find((option) => option.value === value)?.label ?? value
}

export function OptionTag({ option }: { option: ChoiceOption }) {
  return option.color ? <Tag color={option.color}>{option.label}</Tag> : <>{option.label}</>
}

function Choice(props: EditProps) {
  const options = props.field.options ?? []
  const load = (text: string) =>
    options
      .filter((option) => [option.label, option.value, option.code ?? ''].some((name) => fold(name).includes(fold(text))))
      .map((option) => ({
        value: option.value,
        title: option.label,
        ...(option.code ? { subtitle: option.code } : {}),
        ...(option.color ? { color: option.color } : {}),
      }))
  const value = textOf(props.value)
  return (
    <Combobox
      {...props}
      value={value === '' ? null : value}
      title={value === '' ? '' : optionLabel(value, props.field)}
      load={load}
      onChange={(chosen) => props.onChange(chosen)}
      clearable={!props.required}
    />
  )
}

export const choice: FieldTypeModule = {
  align: 'start',
  drawn: true,
  width: 128,
  format: (value, field) => (textOf(value) === '' ? '' : optionLabel(textOf(value), field)),
  plain: (value, field) => (textOf(value) === '' ? '' : optionLabel(textOf(value), field)),
  parse: (text, field) => {
    if (text.trim() === '') return { value: null }
    const found = findOption(text, field.options)
    return found ? { value: found.value } : { problem: 'no_option' }
  },
  Show: ({ value, field }) => {
    const option = field.options?.find((one) => one.value === value)
    return option ? <OptionTag option={option} /> : <>{textOf(value)}</>
  },
  Edit: Choice,
}
