/** A list as a draft makes it, over the records that are there; what only the draft knows stays empty. */
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { useSession } from '@/api/app-context'
import { readApp } from '@/api/app'
import { listRecords } from '@/api/records'
import { Cell } from '@/features/list/cell'
import { errorText } from '@/locales/i18n'
import type { EntityModel, LanguageCode, View } from '@/model/app'
import { Empty } from '@/ui/empty'
import { Notice } from '@/ui/notice'
import { SkeletonRows } from '@/ui/skeleton'
import { phone, useMedia } from '@/ui/use-media'
import style from './preview-list.module.css'

/** So many records are shown. */
const few = 20
const numeric = new Set(['integer', 'decimal', 'money', 'percent'])

export function PreviewList({ view, entity }: { view: View; entity: EntityModel }) {
  const { t, i18n } = useTranslation('studio')
  const small = useMedia(phone)
  const { language } = useSession()
  const found = useQuery({ queryKey: ['preview', view.name, view.columns.map(({ path }) => path).join()], queryFn: () => rowsOf(view, entity, language) })
  if (found.error) return <Notice kind="error">{errorText(found.error, t)}</Notice>
  if (!found.data) return <SkeletonRows rows={6} height={40} />
  const { rows, titles } = found.data
  if (rows.length === 0) return <Empty icon="list" title={t('preview.no_rows')} text={t('preview.no_rows_text')} />
  if (small) {
    const [first, ...rest] = view.columns
    return (
      <ul className={style.cards}>
        {rows.map((row) => (
          <li key={row.id} className={style.card}>
            {first ? <strong><Cell column={first} row={row} titles={titles} /></strong> : null}
            <dl>{rest.slice(0, 5).map((column) => <div key={column.path}><dt>{column.label}</dt><dd><Cell column={column} row={row} titles={titles} /></dd></div>)}</dl>
          </li>
        ))}
      </ul>
    )
  }
  return (
    <div className={style.scroll}>
      <table className={style.table} lang={i18n.language}>
        <thead><tr>{view.columns.map((column) => <th key={column.path} scope="col" data-number={numeric.has(column.type) || undefined}>{column.label}</th>)}</tr></thead>
        <tbody>
          {rows.map((row) => <tr key={row.id}>{view.columns.map((column) => <td key={column.path} data-number={numeric.has(column.type) || undefined}><Cell column={column} row={row} titles={titles} /></td>)}</tr>)}
        </tbody>
      </table>
    </div>
  )
}

/** Records of an entity that is published already, with those columns that are. */
async function rowsOf(view: View, entity: EntityModel, language: LanguageCode) {
  const known = (await readApp(language)).entities[entity.name]
  if (!known) return { rows: [], titles: {} }
  const isKnown = (path: string) => ['number', 'title', 'state', 'created_at', 'created_by', 'updated_at', 'updated_by'].includes(path) || (path.split('.')[0] ?? '') in known.fields
  const columns = view.columns.map(({ path }) => path).filter(isKnown).join(',')
  return listRecords(entity.name, { columns, limit: few })
}
