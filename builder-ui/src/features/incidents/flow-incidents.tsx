/** Workflows that stand still because a step could not be done. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { keys } from '@/api/keys'
import { searchWorkflows } from '@/api/workflows'
import { IncidentCard } from '@/features/workflow/incident-card'
import { paths } from '@/model/paths'
import { Card } from '@/ui/card'
import style from './incidents-page.module.css'

const FILTER = { state: 'incident' }

export function FlowIncidents() {
  const { t } = useTranslation()
  const client = useQueryClient()
  const found = useQuery({ queryKey: keys.workflows(FILTER), queryFn: () => searchWorkflows(FILTER) })
  const rows = found.data?.rows ?? []
  if (rows.length === 0) return null
  return (
    <div className={style.flows}>
      <Card title={t('incidents:flows')}>
        <ul className={style.flowList}>
          {rows.map((row) => (
            <li key={row.id}>
              <p><Link to={paths.workflow(row.id)}>{row.title ?? t('workflows:untitled', { workflow: row.label })}</Link> <span className={style.key}>{row.label}</span></p>
              {(row.incidents ?? []).map((incident) => <IncidentCard key={incident.token} instance={row.id} entity={row.entity} incident={incident} onDone={() => void client.invalidateQueries({ queryKey: keys.instances })} />)}
            </li>
          ))}
        </ul>
      </Card>
    </div>
  )
}
