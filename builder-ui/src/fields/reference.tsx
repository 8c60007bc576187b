// A record of another entity: searched as one types, shown by its title, opened in a tab of its own.
import { useTranslation } from 'react-i18next'
import { lookupRecords } from '@/api/records'
import { type EditProps, type FieldShape, type FieldTypeModule, type FormatContext, type ShowProps, textOf } from './field-type'
import { Combobox, type ComboOption } from './widgets/combobox'
import type { Scalar } from '@/model/record'

/** The entity that a field points to. */
export function targetOf(field: FieldShape): string {
  return field.to ?? (field.type === 'user' ? 'user' : field.type === 'department' ? 'department' : '')
}

function titleOf(value: Scalar | undefined, context: FormatContext): string {
  const id = textOf(value)
  return id === '' ? '' : (context.titles?.[id] ?? '…')
}

export function recordAddress(entity: string, id: string): string {
  return `/e/${entity}/${id}`
}

function Reference(props: EditProps) {
  const { t } = useTranslation('fields')
  const { field, lookup, context } = props
  const target = targetOf(field)
  const value = textOf(props.value)
  const load = async (text: string, signal: AbortSignal): Promise<ComboOption[]> => {
    const query = {
      ...(text.trim() === '' ? {} : { q: text.trim() }),
      ...(lookup ? { field: lookup.asker, doc: lookup.doc() } : {}),
      limit: 20,
    }
    const { rows } = await lookupRecords(target, query, signal)
    return rows.map((row) => ({ value: row.id, title: row.title, ...(row.subtitle ? { subtitle: row.subtitle } : {}) }))
  }
  return (
    <Combobox
      {...props}
      value={value === '' ? null : value}
      title={titleOf(props.value, context)}
      load={load}
      onChange={(id, option) => {
        if (option) lookup?.learn({ [option.value]: option.title })
        props.onChange(id)
      }}
      extra={
        value !== '' && !props.cell && target !== 'department' ? (
          <a className="pf-icon" href={recordAddress(target, value)} target="_blank" rel="noreferrer" aria-label={t('open_record', { title: titleOf(props.value, context) })}>
            <svg viewBox="0 0 16 16" aria-hidden="true"><path d="M7 3.5H3.5v9h9V9M9.5 3h3.5v3.5M13 3L7.5 8.5" /></svg>
          </a>
        ) : undefined
      }
    />
  )
}

function ShowReference({ value, field, context }: ShowProps) {
  const id = textOf(value)
  if (id === '') return null
  return <a className="pf-anchor" href={recordAddress(targetOf(field), id)} target="_blank" rel="noreferrer">{titleOf(value, context)}</a>
}

export const reference: FieldTypeModule = {
  align: 'start',
  width: 190,
  format: (value, _field, context) => titleOf(value, context),
  plain: (value, _field, context) => titleOf(value, context),
  parse: (text) => (text.trim() === '' ? { value: null } : { lookup: text.trim() }),
  Show: ShowReference,
  Edit: Reference,
}
