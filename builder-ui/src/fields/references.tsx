// Several records of another entity: chips, and a search that adds.
import './fields.css'
import { useTranslation } from 'react-i18next'
import { lookupRecords } from '@/api/records'
import type { Scalar } from '@/model/record'
import { type EditProps, type FieldShape, type FieldTypeModule, type FormatContext, listOf, type ShowProps } from './field-type'
import { recordAddress, targetOf } from './reference'
import { Chips } from './widgets/chips'
import { Combobox, type ComboOption } from './widgets/combobox'

function titleOf(id: string, context: FormatContext): string {
  return context.titles?.[id] ?? '…'
}

function ReferencesEdit(props: EditProps) {
  const { t } = useTranslation('fields')
  const { field, lookup, context } = props
  const chosen = listOf(props.value)
  const put = (list: string[]): void => props.onChange(list.length > 0 ? list : null)
  const load = async (text: string, signal: AbortSignal): Promise<ComboOption[]> => {
    const query = { ...(text.trim() === '' ? {} : { q: text.trim() }), ...(lookup ? { field: lookup.asker, doc: lookup.doc() } : {}), limit: 20 }
    const { rows } = await lookupRecords(targetOf(field), query, signal)
    return rows
      .filter((row) => !chosen.includes(row.id))
      .map((row) => ({ value: row.id, title: row.title, ...(row.subtitle ? { subtitle: row.subtitle } : {}) }))
  }
  return (
    <Chips items={chosen.map((id) => ({ value: id, label: titleOf(id, context) }))} cell={props.cell !== undefined} disabled={props.disabled} onRemove={(id) => put(chosen.filter((one) => one !== id))}>
      <Combobox
        {...props}
        value={null}
        title=""
        placeholder={t('add_option')}
        load={load}
        onChange={(id, option) => {
          if (id === null) return
          if (option) lookup?.learn({ [option.value]: option.title })
          put([...chosen, id])
        }}
      />
    </Chips>
  )
}

const format = (value: Scalar | undefined, _field: FieldShape, context: FormatContext): string =>
  listOf(value).map((id) => titleOf(id, context)).join(', ')

function Shown({ value, field, context, compact }: ShowProps) {
  if (compact) return <>{format(value, field, context)}</>
  return (
    <span className="pf-links">
      {listOf(value).map((id) => <a key={id} className="pf-anchor" href={recordAddress(targetOf(field), id)} target="_blank" rel="noreferrer">{titleOf(id, context)}</a>)}
    </span>
  )
}

export const references: FieldTypeModule = {
  align: 'start',
  width: 200,
  format,
  plain: format,
  parse: (text) => (text.trim() === '' ? { value: null } : { problem: 'no_value' }),
  Show: Shown,
  Edit: ReferencesEdit,
}
