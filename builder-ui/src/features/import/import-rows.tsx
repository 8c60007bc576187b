import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { useAppModel } from '@/api/app-context'
import type { ImportJob, ImportStatus } from '@/api/imports'
import type { Color } from '@/model/app'
import { formatAgo, formatDecimal } from '@/model/format'
import { paths } from '@/model/paths'
import { Icon } from '@/ui/icon'
import { Tag } from '@/ui/tag'
import style from './import-rows.module.css'

const colors: Record<ImportStatus, Color> = { uploaded: 'grey', checking: 'blue', checked: 'amber', running: 'blue', stopping: 'amber', done: 'green', failed: 'red', undoing: 'blue', undone: 'grey' }

export function StatusTag({ status }: { status: ImportStatus }) {
  const { t } = useTranslation()
  return <Tag color={colors[status]}>{t(`import:status.${status}`)}</Tag>
}

export function ImportRows({ rows }: { rows: ImportJob[] }) {
  const { t, i18n } = useTranslation()
  const model = useAppModel()
  return (
    <ul>
      {rows.map((job) => (
        <li key={job.id} className={style.item}>
          <Link to={paths.import(job.id)} className={style.link}>
            <span className={style.icon}><Icon name="spreadsheet" /></span>
            <span className={style.body}>
              <span className={style.head}><span className={style.file}>{job.file}</span><StatusTag status={job.status} /></span>
              <span className={style.meta}>
                {[
                  job.by_name, job.at ? formatAgo(job.at, i18n.language) : null,
                  ...Object.entries(job.summary ?? {}).map(([entity, counts]) =>
                    t('import:made', { label: model.entities[entity]?.label_plural ?? entity, create: formatDecimal(counts.create, i18n.language, 0), update: formatDecimal(counts.update, i18n.language, 0) })),
                ].filter(Boolean).join(' · ')}
              </span>
            </span>
          </Link>
        </li>
      ))}
    </ul>
  )
}
