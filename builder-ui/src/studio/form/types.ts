/** Field types as people think of them, in the order of the palette; the server says which of them it knows. */
import type { FieldDefinition } from '@/model/definition'
import type { FieldType } from '@/model/app'
import type { IconName } from '@/ui/icon'

export interface TypeEntry {
  type: FieldType
  icon: IconName
  /** What a new field of the type needs beside it. */
  start?: Partial<FieldDefinition>
}

export const typeGroups: { key: string; types: TypeEntry[] }[] = [
  {
    key: 'words',
    types: [
      { type: 'text', icon: 'text' }, { type: 'long_text', icon: 'document' }, { type: 'rich_text', icon: 'heading' },
      { type: 'email', icon: 'mail' }, { type: 'phone', icon: 'phone' }, { type: 'url', icon: 'link' }, { type: 'address', icon: 'home' }, { type: 'barcode', icon: 'menu' }, { type: 'tags', icon: 'tag' },
    ],
  },
  {
    key: 'numbers',
    types: [
      { type: 'integer', icon: 'hash' }, { type: 'decimal', icon: 'ruler' }, { type: 'money', icon: 'money', start: { currency: 'setting.base_currency' } },
      { type: 'percent', icon: 'percent' }, { type: 'rating', icon: 'star' },
    ],
  },
  {
    key: 'days',
    types: [{ type: 'date', icon: 'calendar' }, { type: 'datetime', icon: 'clock' }, { type: 'time', icon: 'clock' }, { type: 'duration', icon: 'history' }],
  },
  {
    key: 'choices',
    types: [
      { type: 'boolean', icon: 'square_check' }, { type: 'choice', icon: 'dot', start: { options: {} } }, { type: 'multi_choice', icon: 'list_checks', start: { options: {} } },
      { type: 'country', icon: 'globe' }, { type: 'currency', icon: 'money' }, { type: 'color', icon: 'picture' },
    ],
  },
  {
    key: 'links',
    types: [{ type: 'reference', icon: 'link' }, { type: 'references', icon: 'network' }, { type: 'user', icon: 'person' }, { type: 'department', icon: 'building' }, { type: 'position', icon: 'briefcase' }],
  },
  {
    key: 'files',
    types: [{ type: 'attachment', icon: 'attachment' }, { type: 'image', icon: 'picture' }, { type: 'signature', icon: 'edit' }],
  },
  { key: 'tables', types: [{ type: 'lines', icon: 'table', start: { fields: {} } }] },
]

const entries = new Map(typeGroups.flatMap((group) => group.types.map((entry) => [entry.type, entry] as const)))

export const typeIcon = (type: FieldType): IconName => entries.get(type)?.icon ?? 'text'
export const typeStart = (type: FieldType): Partial<FieldDefinition> => entries.get(type)?.start ?? {}
