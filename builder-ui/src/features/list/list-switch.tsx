import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { useAppModel } from '@/api/app-context'
import type { EntityModel } from '@/model/app'
import { paths } from '@/model/paths'
import { Icon } from '@/ui/icon'
import style from './list-view.module.css'

/** Departments are a tree as well as a list. */
export function ListSwitch({ entity }: { entity: EntityModel }) {
  const { t } = useTranslation()
  const model = useAppModel()
  if (entity.name !== 'department' || !model.entities.department) return null
  return <Link to={paths.departments} className={style.switch}><Icon name="network" />{t('list:as_tree')}</Link>
}
