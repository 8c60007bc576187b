/** A difference as a sentence in the reader's words. */
import type { TFunction } from 'i18next'
import type { Difference } from '@/api/publish'

/** What follows these in a path is a name that somebody gave. */
const holders = new Set(['fields', 'options', 'rules', 'lets', 'states', 'transitions', 'layout', 'tabs', 'items', 'nodes', 'cases', 'branches', 'variables', 'inputs', 'outputs', 'settings', 'can', 'when', 'then'])

/** The property that changed, where the path does not end with a name. */
export function propertyOf(path: string): string | null {
  const parts = path.split('.')
  let last: string | null = null
  for (let at = 0; at < parts.length; at += 1) {
    if (holders.has(parts[at] ?? '') && at + 1 < parts.length) {
      at += 1
      last = null
    } else {
      last = parts[at] || null
    }
  }
  return last
}

const readable = (name: string) => `${name.charAt(0).toUpperCase()}${name.slice(1).replaceAll('_', ' ')}`

/** A value that can be said in a few words; null for what cannot. */
function said(value: unknown, t: TFunction): string | null {
  if (value === null || value === undefined || value === '') return null
  if (typeof value === 'boolean') return t(value ? 'fields:yes' : 'fields:no')
  if (typeof value === 'string' || typeof value === 'number') return String(value)
  if (Array.isArray(value) && value.every((one) => typeof one === 'string' || typeof one === 'number')) return value.join(t('publish:diff.comma'))
  return null
}

const isWord = (value: unknown): value is string => typeof value === 'string'

/** Null for what nobody needs to be told. */
export function differenceText({ change, kind, path, label, before, after }: Difference, t: TFunction): string | null {
  const type = (value: unknown) => t(`studio:types.${String(value)}`, { defaultValue: String(value) })
  switch (change) {
    case 'former_names':
      return null
    case 'retyped':
      return path.endsWith('.to') ? t('publish:diff.retyped_to', { label }) : t('publish:diff.retyped', { label, before: type(before), after: type(after) })
    case 'scale_changed':
      return t('publish:diff.scale_changed', { label, after: said(after, t) ?? '—' })
    case 'relabelled': {
      const property = propertyOf(path)
      if (property === 'help' || property === 'message' || property === 'confirm') return propertyText(property, label, before, after, t)
      if (isWord(before) && isWord(after)) return t('publish:diff.relabelled', { before, after })
      if (isWord(after)) return t('publish:diff.labelled', { label: label || t('publish:diff.itself'), after })
      return t('publish:diff.reworded', { label: label || t('publish:diff.itself') })
    }
    case 'moved':
      return label ? t('publish:diff.moved_in', { label }) : t('publish:diff.moved')
    case 'added':
    case 'removed':
    case 'changed': {
      if (!path) return t(`publish:diff.${change}_whole`)
      const property = propertyOf(path)
      if (!property) return t(kind === 'form' ? `publish:diff.placed_${change}` : `publish:diff.part_${change}`, { label, after: said(after, t) ?? '', before: said(before, t) ?? '' }) + values(before, after, change, t)
      return propertyText(property, label, before, after, t)
    }
    default:
      return t(`publish:diff.${change}`, { label })
  }
}

/** A property with what it was and is, as far as that can be said. */
function propertyText(property: string, label: string, before: unknown, after: unknown, t: TFunction): string {
  const name = t(`publish:property.${property}`, { defaultValue: readable(property) })
  const what = label ? t('publish:diff.of_part', { label, property: name }) : name
  const [was, is] = [said(before, t), said(after, t)]
  if (was === null && is === null) return t('publish:diff.property_changed', { what })
  return t('publish:diff.property', { what, before: was ?? t('publish:diff.nothing'), after: is ?? t('publish:diff.nothing') })
}

/** What stood and stands at a place that has a name of its own: a cell of a table. */
function values(before: unknown, after: unknown, change: string, t: TFunction): string {
  const [was, is] = [said(before, t), said(after, t)]
  return change === 'changed' && was !== null && is !== null ? t('publish:diff.values', { before: was, after: is }) : ''
}
