import { useTranslation } from 'react-i18next'
import type { ImportUpload } from '@/api/imports'
import type { EntityModel } from '@/model/app'
import { importableFields } from '@/model/import-plan'
import { Select } from '@/ui/select'
import style from './tables.module.css'

interface ColumnTableProps {
  upload: ImportUpload
  /** None when a prepared import knows its columns itself. */
  entity: EntityModel | undefined
  columns: Record<string, string>
  twice: string[]
  onChange: (columns: Record<string, string>) => void
}

/** Each heading of the file with what stands below it, and the field it fills. */
export function ColumnTable({ upload, entity, columns, twice, onChange }: ColumnTableProps) {
  const { t } = useTranslation()
  const fields = entity ? importableFields(entity) : []
  const options = fields.map((field) => ({ value: field.name, label: field.required ? `${field.label} *` : field.label }))
  const set = (heading: string, field: string | null) => {
    const { [heading]: _old, ...rest } = columns
    onChange(field ? { ...rest, [heading]: field } : rest)
  }
  return (
    <div className={style.scroll} tabIndex={0} role="region" aria-label={t('import:columns')}>
      <table className={`${style.table} ${style.stacked}`}>
        <thead>
          <tr>
            <th scope="col">{t('import:heading')}</th>
            <th scope="col">{t('import:sample')}</th>
            {entity ? <th scope="col">{t('import:field')}</th> : null}
          </tr>
        </thead>
        <tbody>
          {upload.headings.map((heading, n) => (
            <tr key={heading} data-off={entity && !columns[heading] ? true : undefined}>
              <th scope="row">{heading}</th>
              <td className={style.sample}>{upload.sample.map((row) => row[n]).filter((value) => value !== null && value !== undefined && value !== '').slice(0, 3).join(' · ')}</td>
              {entity ? (
                <td className={style.field}>
                  <Select
                    label={t('import:field_for', { heading })}
                    value={columns[heading] ?? null}
                    onChange={(field) => set(heading, field)}
                    options={options}
                    searchable
                    clearable
                    invalid={twice.includes(columns[heading] ?? '')}
                    placeholder={t('import:leave_out')}
                  />
                </td>
              ) : null}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
