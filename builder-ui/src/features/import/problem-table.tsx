import { useTranslation } from 'react-i18next'
import type { ImportProblem } from '@/api/imports'
import { formatDecimal } from '@/model/format'
import style from './tables.module.css'

/** Rows are the file's own, so that one finds them there. */
export function ProblemTable({ problems, total }: { problems: ImportProblem[]; total: number }) {
  const { t, i18n } = useTranslation()
  // The server's own words say more, but only in English.
  const problemText = (one: ImportProblem) =>
    i18n.language.startsWith('en') && one.message ? one.message : t(`import:code.${one.code}`, { defaultValue: one.message || one.code })
  if (problems.length === 0) return <p className={style.more}>{t('import:left_out', { count: total })}</p>
  return (
    <>
      <div className={style.scroll} style={{ maxHeight: 420 }} tabIndex={0} role="region" aria-label={t('import:problem_list')}>
        <table className={`${style.table} ${style.stacked}`}>
          <thead>
            <tr>
              <th scope="col" className={`${style.number} ${style.row}`}>{t('import:row')}</th>
              <th scope="col">{t('import:column')}</th>
              <th scope="col">{t('import:value')}</th>
              <th scope="col">{t('import:problem')}</th>
            </tr>
          </thead>
          <tbody>
            {problems.map((one, n) => (
              <tr key={`${one.row} ${one.column} ${n}`}>
                <td className={`${style.number} ${style.row}`} data-label={t('import:row')}>{formatDecimal(one.row, i18n.language, 0)}</td>
                <td data-label={t('import:column')}>{one.column ?? '–'}</td>
                <td className={style.value} data-label={t('import:value')}>{one.value === null || one.value === undefined || one.value === '' ? <em>{t('import:empty')}</em> : String(one.value)}</td>
                <td className={style.message}>{problemText(one)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {total > problems.length ? <p className={style.more}>{t('import:more_problems', { count: total - problems.length })}</p> : null}
    </>
  )
}
