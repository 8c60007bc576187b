import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { useAppModel } from '@/api/app-context'
import type { MenuItem } from '@/model/app'
import { paths } from '@/model/paths'
import { Card } from '@/ui/card'
import { Icon } from '@/ui/icon'
import style from './quick-create.module.css'

/** Entities in the order of the menu: who wrote it put first what is used most. */
function inMenu(items: MenuItem[]): string[] {
  return items.flatMap((item) => [...(item.entity ? [item.entity] : []), ...inMenu(item.items ?? [])])
}

/** What people begin most days. */
export function QuickCreate() {
  const { t } = useTranslation()
  const model = useAppModel()
  const entities = [...new Set(inMenu(model.menu))]
    .flatMap((name) => model.entities[name] ?? [])
    .filter((entity) => entity.can.create && (entity.type === 'document' || entity.type === 'master') && !['user', 'department', 'position'].includes(entity.name))
    .slice(0, 4)
  if (entities.length === 0) return null
  return (
    <Card title={t('home:create')}>
      <ul className={style.list}>
        {entities.map((entity) => (
          <li key={entity.name}>
            <Link to={paths.newRecord(entity.name)} className={style.link}>
              <span className={style.icon}><Icon name="add" /></span>{entity.label}
            </Link>
          </li>
        ))}
      </ul>
    </Card>
  )
}
