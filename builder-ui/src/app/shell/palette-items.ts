/** What the palette offers for a text: pages to go to, things to create. Records come from the server. */
import type { AppModel } from '@/model/app'
import { paths, type Asked } from '@/model/paths'
import type { IconName } from '@/ui/icon'
import type { NavSection } from './menu'

export interface PaletteItem {
  key: string
  group: 'go' | 'create' | 'record' | 'build'
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

const buildItem = (key: string, label: string, icon: IconName, asked: Asked): PaletteItem => ({ key: `build:${key}`, group: 'build', label, icon, to: paths.build(asked) })

/** What a builder can change of a thing, or make for it; sought by the thing or by what is made. */
export function buildItems(model: AppModel, query: string, t: (key: string, values?: { label: string }) => string): PaletteItem[] {
  if (query.trim() === '') return []
  return [
    buildItem('list', t('build.new_list'), 'add', { fresh: 'list' }),
    buildItem('approval', t('build.new_approval'), 'add', { fresh: 'approval' }),
    ...Object.values(model.entities).flatMap(({ name, label }) => [
      buildItem(`form:${name}`, t('build.form_of', { label }), 'layout', { kind: 'entity', name }),
      buildItem(`list:${name}`, t('build.list_of', { label }), 'list', { fresh: 'list', of: name }),
      buildItem(`approval:${name}`, t('build.approval_of', { label }), 'network', { fresh: 'approval', of: name }),
    ]),
  ].filter(({ label }) => fits(label, query))
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
