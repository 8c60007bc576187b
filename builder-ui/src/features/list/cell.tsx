/** One value in a list, shown by its type: titles for references, tags for choices, aligned digits for numbers. */
import { useTranslation } from 'react-i18next'
import { useAppModel } from '@/api/app-context'
import type { ListRow } from '@/api/records'
import { isShort, Short, shortText } from '@/fields/short'
import { FileCell } from '@/fields/widgets/files/file-cell'
import type { ViewColumn } from '@/model/app'
import { currencyOf } from '@/model/columns'
import { filesOf, knownFile } from '@/model/files'
import { targetOf } from '@/model/filter'
import { formatMoney, formatValue, type Format } from '@/model/format'
import type { Scalar, Titles } from '@/model/record'
import { Icon } from '@/ui/icon'
import { Tag } from '@/ui/tag'
import style from './cell.module.css'

interface CellProps {
  column: ViewColumn
  /** Another column says it. */
  hideCurrency?: boolean
  row: ListRow
  titles: Titles
}

function plainFormat({ type, scale, display }: ViewColumn): Format {
  return { type, ...(scale === undefined ? {} : { scale }), ...(display === undefined ? {} : { display }) }
}

export function Cell({ column, row, titles, hideCurrency = false }: CellProps) {
  const { t, i18n } = useTranslation()
  const model = useAppModel()
  const value = row[column.path]
  if (column.type === 'boolean') {
    return value ? <Icon name="check" label={t('value.yes')} className={style.yes} /> : <span className={style.none}>{value === false ? <span className="visually-hidden">{t('value.no')}</span> : null}</span>
  }
  if (value === null || value === undefined || value === '' || (Array.isArray(value) && value.length === 0)) {
    return <span className={style.none} aria-hidden>–</span>
  }
  if (column.type === 'choice') {
    const option = column.options?.find((one) => one.value === value)
    return option?.color ? <Tag color={option.color}>{option.label}</Tag> : <>{option?.label ?? String(value)}</>
  }
  if (column.type === 'attachment' || column.type === 'image' || column.type === 'signature') return <FileCell value={value} pictures={column.type !== 'attachment'} />
  if (column.type === 'multi_choice' && Array.isArray(value)) {
    return <>{value.map((one) => column.options?.find((option) => option.value === one)?.label ?? one).join(', ')}</>
  }
  if (isShort(column.type)) return <Short value={value as Scalar} field={column} context={{ language: i18n.language, titles }} />
  if (column.type === 'money') {
    const currency = currencyOf(column, row, model)
    return (
      <span className={style.money}>
        {currency && !hideCurrency ? <span className={style.currency}>{currency} </span> : null}
        {formatMoney(value, i18n.language, { ...(column.display === undefined ? {} : { display: column.display }), ...(currency ? { currency } : {}) }).replace(/^[A-Z]{3} /, '')}
      </span>
    )
  }
  if (targetOf(column) && typeof value === 'string') return <>{titles[value] ?? '…'}</>
  return <>{formatValue(value, i18n.language, plainFormat(column))}</>
}

/** The same as plain text, for names and titles of elements. */
export function cellText(column: ViewColumn, row: ListRow, titles: Titles, locale: string): string {
  const value = row[column.path]
  if (value === null || value === undefined) return ''
  if (isShort(column.type)) return shortText(column.type, value as Scalar, { language: locale, titles })
  if (targetOf(column) && typeof value === 'string') return titles[value] ?? ''
  if (column.type === 'choice') return column.options?.find((one) => one.value === value)?.label ?? String(value)
  if (column.type === 'attachment' || column.type === 'image' || column.type === 'signature') return filesOf(value).map((id) => knownFile(id)?.name ?? '').join(', ')
  return formatValue(value, locale, plainFormat(column))
}
