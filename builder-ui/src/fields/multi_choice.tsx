// Any of the options that the definition names: chips that one takes away, and a list that adds.
import { useTranslation } from 'react-i18next'
import type { ChoiceOption } from '@/model/app'
import { Tag } from '@/ui/tag'
import { findOption, optionLabel } from './choice'
import { type EditProps, type FieldTypeModule, listOf } from './field-type'
import { Chips } from './widgets/chips'
import { Combobox } from './widgets/combobox'
import { fold } from './widgets/fold'

function MultiChoice(props: EditProps) {
  const { t } = useTranslation('fields')
  const chosen = listOf(props.value)
  const options = props.field.options ?? []
  const put = (list: string[]): void => props.onChange(list.length > 0 ? list : null)
  const left = options.filter((option) => !chosen.includes(option.value))
  return (
    <Chips items={chosen.map((value) => ({ value, label: optionLabel(value, props.field) }))} cell={props.cell !== undefined} disabled={props.disabled} onRemove={(value) => put(chosen.filter((one) => one !== value))}>
      {left.length > 0 && (
        <Combobox
          {...props}
          value={null}
          title=""
          placeholder={t('add_option')}
          load={(text) => left.filter((option) => fold(option.label).includes(fold(text))).map((option) => ({ value: option.value, title: option.label, ...(option.color ? { color: option.color } : {}) }))}
          onChange={(value) => {
            if (value !== null) put([...chosen, value])
          }}
        />
      )}
    </Chips>
  )
}

export const multi_choice: FieldTypeModule = {
  align: 'start',
  drawn: true,
  width: 180,
  format: (value, field) => listOf(value).map((one) => optionLabel(one, field)).join(', '),
  plain: (value, field) => listOf(value).map((one) => optionLabel(one, field)).join(', '),
  parse: (text, field) => {
    const words = text.split(/[,;，；、\n]/).map((word) => word.trim()).filter(Boolean)
    const found = words.map((word) => findOption(word, field.options)?.value)
    const value = found.filter((one) => one !== undefined)
    if (value.length < words.length) return { problem: 'no_option' }
    return { value: value.length > 0 ? value : null }
  },
  Show: ({ value, field }) => (
    <span className="pf-tags">
      {listOf(value).map((one) => {
        const option = field.options?.find((candidate) => candidate.value === one) ?? ({ value: one, label: one } as ChoiceOption)
        return <Tag key={one} color={option.color ?? 'grey'}>{option.label}</Tag>
      })}
    </span>
  ),
  Edit: MultiChoice,
}
