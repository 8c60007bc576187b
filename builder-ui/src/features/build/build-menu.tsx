/** From a list or a record to where it is made, for those who build: its form, this list, something new of it. */
import { useTranslation } from 'react-i18next'
import { useNavigate } from 'react-router'
import type { EntityModel } from '@/model/app'
import { paths, type Asked } from '@/model/paths'
import { Button } from '@/ui/button'
import { MenuButton, type MenuEntry } from '@/ui/menu-button'

interface BuildMenuProps {
  entity: EntityModel
  /** The list that is shown. */
  view?: string
}

export default function BuildMenu({ entity, view }: BuildMenuProps) {
  const { t } = useTranslation('studio')
  const navigate = useNavigate()
  const to = (asked: Asked) => () => void navigate(paths.build(asked))
  const { name } = entity
  const decided = Object.values(entity.lifecycle?.transitions ?? {}).some(({ workflow }) => workflow)
  const entries: MenuEntry[] = [
    { key: 'form', label: t('build.form'), icon: 'layout', onSelect: to({ kind: 'entity', name }) },
    ...(view ? [{ key: 'view', label: t('build.view'), icon: 'list' as const, onSelect: to({ kind: 'view', name: view, of: name }) }] : []),
    ...(decided ? [{ key: 'flow', label: t('build.flow'), icon: 'network' as const, onSelect: to({ kind: 'workflow', of: name }) }] : []),
    { key: 'list', label: t('add.kind.list'), icon: 'list', divided: true, onSelect: to({ fresh: 'list', of: name }) },
    { key: 'kanban', label: t('add.kind.kanban'), icon: 'columns', onSelect: to({ fresh: 'kanban', of: name }) },
    { key: 'calendar', label: t('add.kind.calendar'), icon: 'calendar', onSelect: to({ fresh: 'calendar', of: name }) },
    { key: 'approval', label: t('add.kind.approval'), icon: 'network', onSelect: to({ fresh: 'approval', of: name }) },
  ]
  return <MenuButton entries={entries}><Button icon="layout" label={t('build.open', { label: entity.label })} /></MenuButton>
}
