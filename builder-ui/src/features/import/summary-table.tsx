import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { useAppModel } from '@/api/app-context'
import type { ImportCounts } from '@/api/imports'
import { formatDecimal } from '@/model/format'
import { paths } from '@/model/paths'
import style from './tables.module.css'

interface SummaryTableProps {
  summary: Record<string, ImportCounts>
  future: boolean
  link: boolean
}

export function SummaryTable({ summary, future, link }: SummaryTableProps) {
  const { t, i18n } = useTranslation()
  const model = useAppModel()
  const counts = ['create', 'update', 'skip', 'invalid'] as const
  return (
    <div className={style.scroll} tabIndex={0} role="region" aria-label={t(future ? 'import:would' : 'import:did')}>
      <table className={style.table}>
        <thead>
          <tr>
            <th scope="col">{t('import:what')}</th>
            {counts.map((one) => <th key={one} scope="col" className={style.number}>{t(`import:count.${future ? 'future' : 'past'}.${one}`)}</th>)}
          </tr>
        </thead>
        <tbody>
          {Object.entries(summary).map(([entity, found]) => {
            const label = model.entities[entity]?.label_plural ?? entity
            return (
              <tr key={entity}>
                <th scope="row">{link ? <Link to={paths.list(entity)}>{label}</Link> : label}</th>
                {counts.map((one) => <td key={one} className={style.number} data-bad={one === 'invalid' && found[one] > 0 ? true : undefined}>{formatDecimal(found[one], i18n.language, 0)}</td>)}
              </tr>
            )
          })}
        </tbody>
      </table>
    </div>
  )
}
