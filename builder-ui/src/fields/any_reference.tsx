// A record of one of several entities, kept as `entity/id`.
import { useTranslation } from 'react-i18next'
import { useAppModel } from '@/api/app-context'
import { lookupRecords } from '@/api/records'
import type { Scalar } from '@/model/record'
import { type EditProps, type FieldShape, type FieldTypeModule, type FormatContext, type ShowProps, textOf } from './field-type'
import { recordAddress } from './reference'
import { Combobox, type ComboOption } from './widgets/combobox'

/** Rows that each entity adds to the list. */
const EACH = 8

function placeOf(value: Scalar | undefined): { entity: string; id: string } | null {
  const [entity, id] = textOf(value).split('/')
  return entity && id && /^[a-z][a-z0-9_]*$/.test(entity) ? { entity, id } : null
}

function format(value: Scalar | undefined, _field: FieldShape, context: FormatContext): string {
  const place = placeOf(value)
  return place === null ? '' : (context.titles?.[place.id] ?? '…')
}

function AnyReference(props: EditProps) {
  const { t } = useTranslation('fields')
  const model = useAppModel()
  const { field, lookup, context } = props
  const place = placeOf(props.value)
  // Entities that the reader knows nothing of are not in the model.
  const among = (field.among ?? []).filter((name) => model.entities[name])
  const load = async (text: string, signal: AbortSignal): Promise<ComboOption[]> => {
    const query = { ...(text.trim() === '' ? {} : { q: text.trim() }), limit: EACH }
    const found = await Promise.all(among.map((entity) => lookupRecords(entity, query, signal).then(({ rows }) => ({ entity, rows }))))
    return found.flatMap(({ entity, rows }) => rows.map((row) => ({ value: `${entity}/${row.id}`, title: row.title, subtitle: model.entities[entity]?.label ?? entity })))
  }
  return (
    <Combobox
      {...props}
      value={place === null ? null : textOf(props.value)}
      title={format(props.value, field, context)}
      load={load}
      onChange={(value, option) => {
        const chosen = placeOf(value)
        if (option && chosen) lookup?.learn({ [chosen.id]: option.title })
        props.onChange(value)
      }}
      extra={
        place && !props.cell ? (
          <a className="pf-icon" href={recordAddress(place.entity, place.id)} target="_blank" rel="noreferrer" aria-label={t('open_record', { title: format(props.value, field, context) })}>
            <svg viewBox="0 0 16 16" aria-hidden="true"><path d="M7 3.5H3.5v9h9V9M9.5 3h3.5v3.5M13 3L7.5 8.5" /></svg>
          </a>
        ) : undefined
      }
    />
  )
}

function Shown({ value, field, context, compact }: ShowProps) {
  const place = placeOf(value)
  if (place === null) return null
  const title = format(value, field, context)
  return compact ? <>{title}</> : <a className="pf-anchor" href={recordAddress(place.entity, place.id)} target="_blank" rel="noreferrer">{title}</a>
}

export const any_reference: FieldTypeModule = {
  align: 'start',
  width: 190,
  format,
  plain: format,
  parse: (text) => (text.trim() === '' ? { value: null } : { problem: 'no_value' }),
  Show: Shown,
  Edit: AnyReference,
}
