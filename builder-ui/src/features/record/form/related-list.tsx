// Records that refer to this one: the first few, and the way to all of them.
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { keys } from '@/api/keys'
import { listRecords } from '@/api/records'
import { FieldValue } from '@/fields/field-value'
import { fieldType } from '@/fields/registry'
import type { EntityModel, FormRelated } from '@/model/app'
import { Empty } from '@/ui/empty'
import { Icon } from '@/ui/icon'
import { Notice } from '@/ui/notice'
import { SkeletonRows } from '@/ui/skeleton'
import { Tag } from '@/ui/tag'
import { useForm, useFormState } from '../form-context'
import style from './form.module.css'

const SHOWN = 10

export function RelatedList({ related }: { related: FormRelated }) {
  const { t } = useTranslation('record')
  const { app, language } = useForm()
  const id = useFormState((state) => state.base.id)
  const entity = app.entities[related.entity]
  const filter = JSON.stringify([related.by, '=', id])
  const query = { filter, limit: SHOWN, columns: related.columns.filter((name) => name !== 'state').join(',') }
  const list = useQuery({
    queryKey: keys.list(related.entity, query),
    queryFn: ({ signal }) => listRecords(related.entity, query, signal),
    enabled: id !== undefined && entity !== undefined,
  })
  if (!entity) return null
  if (id === undefined) return <Empty compact icon="list" title={t('related.after_save')} />
  if (list.isPending) return <SkeletonRows rows={3} height={36} />
  if (list.isError) return <Notice kind="error">{t('related.failed')}</Notice>
  if (list.data.rows.length === 0) return <Empty compact icon="list" title={t('related.none', { label: entity.label_plural })} />
  const [first = 'title', ...rest] = related.columns
  return (
    <>
      <div className={style.scroll}>
        <table className={style.related}>
          <thead>
            <tr>{related.columns.map((name) => <th key={name} scope="col" className={endAligned(entity, name)}>{label(entity, name, t('state'), t('number'))}</th>)}</tr>
          </thead>
          <tbody>
            {list.data.rows.map((row) => (
              <tr key={row.id}>
                <td><Link to={`/e/${related.entity}/${row.id}`}>{first === 'number' ? String(row.number ?? row.title ?? '') : cell(first, row)}</Link></td>
                {rest.map((name) => <td key={name} className={endAligned(entity, name)}>{cell(name, row)}</td>)}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {list.data.next !== null && (
        <div className={style.foot}>
          <Link to={`/e/${related.entity}?filter=${encodeURIComponent(filter)}`}>{t('related.all')} <Icon name="right" size={13} /></Link>
        </div>
      )}
    </>
  )

  function cell(name: string, row: Record<string, unknown>): ReactNode {
    const field = entity?.fields[name]
    if (name === 'state') {
      const state = entity?.lifecycle?.states[String(row.state ?? '')]
      return state ? <Tag color={state.color ?? 'grey'}>{state.label}</Tag> : null
    }
    if (!field) return <>{String(row[name] ?? '')}</>
    const currency = typeof row.currency === 'string' && field.type === 'money' ? row.currency : null
    return <FieldValue value={row[name] as never} field={field} context={{ language, titles: list.data?.titles ?? {}, currency }} />
  }
}

function label(entity: EntityModel, name: string, state: string, number: string): string {
  return name === 'state' ? state : name === 'number' ? number : (entity.fields[name]?.label ?? name)
}

function endAligned(entity: EntityModel, name: string): string | undefined {
  const field = entity.fields[name]
  return field && fieldType(field.type).align === 'end' ? style.end : undefined
}
