/** The list of an entity or of a named view. */
import { useTranslation } from 'react-i18next'
import { useParams } from 'react-router'
import { useAppModel, viewOf } from '@/api/app-context'
import { Empty } from '@/ui/empty'
import { ListView } from './list-view'

export default function ListPage() {
  const { t } = useTranslation()
  const { entity: entityName, view: viewName } = useParams()
  const model = useAppModel()
  const view = viewName ? model.views[viewName] : entityName ? viewOf(model, entityName) : undefined
  const entity = model.entities[view?.entity ?? '']
  if (!view || !entity) return <Empty heading icon="search" title={t('not_found.title')} text={t('not_found.text')} />
  return <ListView key={view.name} view={view} entity={entity} />
}
