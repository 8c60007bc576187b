/** The navigation as sections: what the pack's menu says, and the pages that every firm has. */
import type { AppModel, MenuItem } from '@/model/app'
import { menuPath, paths } from '@/model/paths'
import type { Session } from '@/model/session'
import { isIconName, type IconName } from '@/ui/icon'

export interface NavLinkItem {
  key: string
  label: string
  icon: IconName
  to: string
}

export interface NavSection {
  key: string
  label: string | null
  links: NavLinkItem[]
}

const fallbackIcon: IconName = 'list'

function link(item: MenuItem, icon: IconName): NavLinkItem | null {
  const to = item.entity === 'department' ? paths.departments : menuPath(item)
  return to ? { key: item.key, label: item.label, icon: isIconName(item.icon) ? item.icon : icon, to } : null
}

function flatten(items: MenuItem[], icon: IconName): NavLinkItem[] {
  return items.flatMap((item) => {
    const own = link(item, icon)
    return [...(own ? [own] : []), ...(item.items ? flatten(item.items, isIconName(item.icon) ? item.icon : icon) : [])]
  })
}

export function navigation(model: AppModel, session: Session, t: (key: string) => string): NavSection[] {
  const sections: NavSection[] = []
  const loose: NavLinkItem[] = []
  for (const item of model.menu) {
    const icon = isIconName(item.icon) ? item.icon : fallbackIcon
    if (item.items?.length) sections.push({ key: item.key, label: item.label, links: flatten([{ ...item, entity: undefined, view: undefined }], icon) })
    else {
      const own = link(item, icon)
      if (own) loose.push(own)
    }
  }
  // Daily work first: who belongs to the firm is looked after now and then.
  const isPeople = (section: NavSection) => section.links.some((one) => one.to === paths.departments)
  sections.sort((a, b) => Number(isPeople(a)) - Number(isPeople(b)))
  if (loose.length) sections.unshift({ key: '__loose', label: null, links: loose })

  const roles: NavLinkItem = { key: '__roles', label: t('shell.roles'), icon: 'shield', to: paths.roles }
  const settings: NavLinkItem = { key: '__settings', label: t('shell.settings'), icon: 'settings', to: paths.settings }
  const audit: NavLinkItem = { key: '__audit', label: t('shell.audit'), icon: 'history', to: paths.audit }
  const trash: NavLinkItem = { key: '__trash', label: t('shell.trash'), icon: 'delete', to: paths.trash }
  const mail: NavLinkItem = { key: '__mail', label: t('shell.mail'), icon: 'send', to: paths.mail }
  const incidents: NavLinkItem = { key: '__incidents', label: t('shell.incidents'), icon: 'warning', to: paths.incidents }
  const imports: NavLinkItem = { key: '__imports', label: t('shell.imports'), icon: 'upload', to: paths.imports }
  const workflows: NavLinkItem = { key: '__workflows', label: t('shell.workflows'), icon: 'network', to: paths.workflows }
  const analytics: NavLinkItem = { key: '__analytics', label: t('shell.analytics'), icon: 'chart', to: paths.analytics }
  const studio: NavLinkItem = { key: '__studio', label: t('shell.studio'), icon: 'layout', to: paths.studio }
  const people = sections.find(isPeople)
  const tools = [workflows, ...(session.user.owns_workflows ? [analytics] : []), ...(Object.values(model.entities).some((entity) => entity.can.import) ? [imports] : [])]
  if (session.user.admin) {
    if (people) people.links.push(roles, settings, audit, mail, incidents)
    else tools.push(roles, settings, audit, mail, incidents)
  }
  tools.push(trash)
  if (session.user.builder) tools.push(studio)
  if (tools.length) sections.push({ key: '__tools', label: t('shell.tools'), links: tools })
  return sections
}
