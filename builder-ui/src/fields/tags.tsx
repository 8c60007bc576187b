// Free texts: chips that one takes away, and a field that offers what other records have.
import './fields.css'
import { useTranslation } from 'react-i18next'
import { usedTags } from '@/api/records'
import type { Scalar } from '@/model/record'
import { type EditProps, type FieldTypeModule, listOf } from './field-type'
import { Chips } from './widgets/chips'
import { Combobox, type ComboOption } from './widgets/combobox'
import { fold } from './widgets/fold'
import { TagList } from './widgets/marks'

/** The tags of a text in which commas part them, each once. */
export function splitTags(text: string): string[] {
  const tags: string[] = []
  for (const part of text.split(/[,;，；、\n]/)) {
    const tag = part.trim().replace(/\s+/g, ' ')
    if (tag !== '' && !tags.some((known) => fold(known) === fold(tag))) tags.push(tag)
  }
  return tags
}

function TagsEdit(props: EditProps) {
  const { t } = useTranslation('fields')
  const chosen = listOf(props.value)
  const put = (list: string[]): void => props.onChange(list.length > 0 ? list : null)
  const load = async (text: string, signal: AbortSignal): Promise<ComboOption[]> => {
    const typed = splitTags(text).filter((tag) => !chosen.some((one) => fold(one) === fold(tag)))
    const [entity = '', ...path] = (props.lookup?.asker ?? '').split('.')
    const used = entity === '' ? [] : await usedTags(entity, path.join('.'), text.trim(), signal).catch(() => [])
    const offered = used.filter((tag) => !chosen.includes(tag))
    const fresh = typed.length > 0 && !offered.some((tag) => fold(tag) === fold(text))
    return [
      ...offered.map((tag) => ({ value: tag, title: tag })),
      ...(fresh ? [{ value: typed.join(','), title: typed.join(', '), subtitle: t('new_tag') }] : []),
    ]
  }
  return (
    <Chips items={chosen.map((tag) => ({ value: tag, label: tag }))} cell={props.cell !== undefined} disabled={props.disabled} onRemove={(tag) => put(chosen.filter((one) => one !== tag))}>
      <Combobox
        {...props}
        value={null}
        title=""
        placeholder={t('add_tag')}
        load={load}
        onChange={(value) => {
          if (value !== null) put(splitTags([...chosen, value].join(',')))
        }}
      />
    </Chips>
  )
}

const format = (value: Scalar | undefined): string => listOf(value).join(', ')

export const tags: FieldTypeModule = {
  align: 'start',
  width: 180,
  drawn: true,
  format,
  plain: format,
  parse: (text) => {
    const found = splitTags(text)
    return { value: found.length > 0 ? found : null }
  },
  Show: ({ value, compact }) => <TagList tags={listOf(value)} {...(compact ? { compact } : {})} />,
  Edit: TagsEdit,
}
