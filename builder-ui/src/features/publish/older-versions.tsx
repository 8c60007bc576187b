/** Workflows that still run by an older version, and a way to take them over. */
import { useQuery } from '@tanstack/react-query'
import { lazy, Suspense, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { keys } from '@/api/keys'
import { readRunning, type RunningVersion } from '@/api/migrations'
import { Button } from '@/ui/button'
import { Card } from '@/ui/card'
import style from './publish-page.module.css'

const MigrationDialog = lazy(() => import('./migration-dialog'))

export function OlderVersions() {
  const { t } = useTranslation('publish')
  const running = useQuery({ queryKey: keys.running, queryFn: readRunning })
  const [chosen, choose] = useState<RunningVersion | null>(null)
  const older = running.data?.rows.filter((row) => row.version < running.data.latest) ?? []
  if (older.length === 0) return null
  return (
    <Card title={t('older.title')} flush>
      <p className={style.intro}>{t('older.text')}</p>
      <ul className={style.list}>
        {older.map((row) => (
          <li key={`${row.workflow} ${row.version}`} className={style.entry}>
            <div className={style.what}>
              <p><strong>{row.label}</strong></p>
              <p className={style.note}>{t('older.running', { version: row.version, count: row.instances })}</p>
            </div>
            {row.there ? <Button onClick={() => choose(row)}>{t('older.take_over')}</Button> : <p className={style.who}>{t('older.gone')}</p>}
          </li>
        ))}
      </ul>
      {chosen ? <Suspense fallback={null}><MigrationDialog running={chosen} onClose={() => choose(null)} /></Suspense> : null}
    </Card>
  )
}
