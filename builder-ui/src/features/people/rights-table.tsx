import { useTranslation } from 'react-i18next'
import { useAppModel } from '@/api/app-context'
import type { EntityRights, Scope } from '@/api/people'
import { Icon } from '@/ui/icon'
import style from './rights-table.module.css'

interface RightsTableProps {
  can: Record<string, EntityRights>
  entityLabel: (name: string) => string
  label: string
}

export function RightsTable({ can, entityLabel, label }: RightsTableProps) {
  const { t } = useTranslation()
  const model = useAppModel()
  const rows = Object.entries(can)
  const transition = (entity: string, name: string) => model.entities[entity]?.lifecycle?.transitions[name]?.label ?? name
  return (
    <div className={style.scroll} tabIndex={0} role="region" aria-label={label}>
      <table className={style.table}>
        <thead>
          <tr>
            <th scope="col">{t('people:right.entity')}</th>
            {['read', 'create', 'update', 'delete', 'transitions', 'export', 'import'].map((right) => <th key={right} scope="col">{t(`people:right.${right}`)}</th>)}
          </tr>
        </thead>
        <tbody>
          {rows.map(([entity, rights]) => (
            <tr key={entity}>
              <th scope="row">{entityLabel(entity)}</th>
              <td><ScopeCell scope={rights.read} /></td>
              <td><Allowed yes={rights.create} /></td>
              <td><ScopeCell scope={rights.update} /></td>
              <td><ScopeCell scope={rights.delete} /></td>
              <td>{rights.transitions?.length ? rights.transitions.map((name) => transition(entity, name)).join(', ') : <Allowed yes={false} />}</td>
              <td><Allowed yes={rights.export} /></td>
              <td><Allowed yes={rights.import} /></td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function Allowed({ yes }: { yes: boolean | undefined }) {
  const { t } = useTranslation()
  return yes ? <Icon name="check" label={t('value.yes')} className={style.yes} /> : <span className={style.no}><span aria-hidden>–</span><span className="visually-hidden">{t('value.no')}</span></span>
}

function ScopeCell({ scope }: { scope: Scope | undefined }) {
  const { t } = useTranslation()
  if (scope === undefined || scope === null || scope === false) return <Allowed yes={false} />
  if (scope === true || scope === 'all') return <span className={style.all}>{t('people:scope.all')}</span>
  if (typeof scope === 'string') return <>{t(`people:scope.${scope}`, { defaultValue: scope })}</>
  return <>{t('people:scope.some')}</>
}
