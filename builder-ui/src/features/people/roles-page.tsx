/** What each role can do, to be read: roles are definitions, people get them in their own record. */
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { useAppModel } from '@/api/app-context'
import { keys } from '@/api/keys'
import { listRoles, type Role } from '@/api/people'
import { paths } from '@/model/paths'
import { Avatar } from '@/ui/avatar'
import { Card } from '@/ui/card'
import { Empty } from '@/ui/empty'
import { Failure } from '@/ui/failure'
import { Page } from '@/ui/page'
import { SkeletonRows } from '@/ui/skeleton'
import { Tag } from '@/ui/tag'
import { RightsTable } from './rights-table'
import style from './roles-page.module.css'

export default function RolesPage() {
  const { t } = useTranslation()
  const model = useAppModel()
  const roles = useQuery({ queryKey: keys.roles, queryFn: listRoles })
  const [chosen, setChosen] = useState<string | null>(null)
  const all = roles.data?.roles ?? []
  const role = all.find((one) => one.name === chosen) ?? all[0]
  return (
    <Page title={t('shell.roles')} width="wide">
      <p className={style.lead}>{t('people:roles_text')}</p>
      {roles.error ? <Failure error={roles.error} onRetry={() => void roles.refetch()} /> : null}
      {roles.isPending ? <Card flush><SkeletonRows rows={6} height={52} /></Card> : null}
      {roles.data && !role ? <Empty icon="shield" title={t('people:no_roles')} text={t('people:no_roles_text')} /> : null}
      {role ? (
        <div className={style.columns}>
          <nav aria-label={t('shell.roles')} className={style.list}>
            {all.map((one) => (
              <button key={one.name} type="button" className={style.choice} aria-pressed={one === role} onClick={() => setChosen(one.name)}>
                <span className={style.label}>{one.label}</span>
                <span className={style.count}>{t('people:count', { count: one.people.length })}</span>
              </button>
            ))}
          </nav>
          <RoleCard role={role} entityLabel={(name) => model.entities[name]?.label_plural ?? name} />
        </div>
      ) : null}
    </Page>
  )
}

function RoleCard({ role, entityLabel }: { role: Role; entityLabel: (name: string) => string }) {
  const { t } = useTranslation()
  return (
    <Card flush label={role.label} title={<>{role.label}{role.admin ? <Tag color="purple">{t('people:admin')}</Tag> : null}</>}>
      <div className={style.about}>
        {role.help ? <p>{role.help}</p> : null}
        {role.people.length > 0 ? (
          <ul className={style.people}>
            {role.people.map((person) => (
              <li key={person.id}><Link to={paths.record('user', person.id)} className={style.person}><Avatar name={person.name} size={24} />{person.name}</Link></li>
            ))}
          </ul>
        ) : <p className={style.nobody}>{t('people:nobody')}</p>}
      </div>
      <RightsTable can={role.can} entityLabel={entityLabel} label={t('people:rights_of', { label: role.label })} />
    </Card>
  )
}
