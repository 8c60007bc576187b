/** What the palette offers for a text: pages to go to, things to create. Records come from the server. */
import type { AppModel } from '@/model/app'
import { paths } from '@/model/paths'
import type { IconName } from '@/ui/icon'
import type { NavSection } from './menu'

export interface PaletteItem {
  key: string
  group: 'go' | 'create' | 'record'
  label: string
  note?: string
  icon: IconName
  to: string
}

export function fits(text: string, query: string): boolean {
  const folded = text.normalize('NFKC').toLowerCase()
  return query.normalize('NFKC').toLowerCase().split(/\s+/).filter(Boolean).every((word) => folded.includes(word))
}

export function pageItems(sections: NavSection[], query: string): PaletteItem[] {
  const links = sections.flatMap((section) => section.links.map((link) => ({ ...link, section: section.label })))
  return links
    .filter((link) => fits(`${link.label} ${link.section ?? ''}`, query))
    .map((link) => ({ key: `go:${link.key}`, group: 'go', label: link.label, icon: link.icon, to: link.to, ...(link.section ? { note: link.section } : {}) }))
}

export function createItems(model: AppModel, query: string, word: (entity: string) => string): PaletteItem[] {
  return Object.values(model.entities)
    .filter((entity) => entity.can.create && entity.type !== 'log')
    .map((entity): PaletteItem => ({ key: `new:${entity.name}`, group: 'create', label: word(entity.label), icon: 'add', to: paths.newRecord(entity.name) }))
    .filter((item) => fits(item.label, query))
}

/** Records are sought in what the menu shows, things and papers before setup, so that one keystroke asks few questions. */
export function searchedEntities(model: AppModel, sections: NavSection[], most = 6): string[] {
  const shown = new Set<string>()
  for (const section of sections) {
    for (const link of section.links) {
      const [, kind, name = ''] = link.to.split('/')
      const entity = kind === 'v' ? model.views[name]?.entity : kind === 'e' ? name : undefined
      if (entity) shown.add(entity)
    }
  }
  return [...shown].filter((name) => ['master', 'document'].includes(model.entities[name]?.type ?? '')).slice(0, most)
}
