/** Which column of a file goes into which field: suggested, corrected by hand, remembered for files with the same headings. */
import type { EntityModel, Field } from './app'

export interface Mapping {
  entity: string
  /** Heading → field; headings that are not named are left out. */
  columns: Record<string, string>
  key: string[]
  existing: 'skip' | 'update'
}

/** Fields that a file can fill. */
export function importableFields(entity: EntityModel): Field[] {
  return Object.values(entity.fields).filter((field) => field.writable && field.type !== 'lines' && !field.formula)
}

const fold = (text: string) => text.normalize('NFKC').toLowerCase().replace(/[\s_\-./()（）:：]+/g, '')

/** Fields whose name or label is the heading, told apart from case, spaces and punctuation. */
export function suggestColumns(headings: string[], entity: EntityModel): Record<string, string> {
  const taken = new Set<string>()
  const columns: Record<string, string> = {}
  for (const heading of headings) {
    const field = importableFields(entity).find((one) => !taken.has(one.name) && (fold(one.name) === fold(heading) || fold(one.label) === fold(heading)))
    if (field) {
      columns[heading] = field.name
      taken.add(field.name)
    }
  }
  return columns
}

/** A key that finds records again: unique fields first, else the field of the title. */
export function suggestKey(columns: Record<string, string>, entity: EntityModel): string[] {
  const mapped = new Set(Object.values(columns))
  const unique = importableFields(entity).find((field) => field.unique && mapped.has(field.name))
  if (unique) return [unique.name]
  return entity.title_field && mapped.has(entity.title_field) ? [entity.title_field] : []
}

/** Two headings cannot fill one field, and a required field must come from somewhere. */
export function mappingProblems(mapping: Mapping, entity: EntityModel): { twice: string[]; missing: Field[] } {
  const fields = Object.values(mapping.columns)
  const twice = [...new Set(fields.filter((name, n) => fields.indexOf(name) !== n))]
  const missing = importableFields(entity).filter((field) => field.required && !field.default && !fields.includes(field.name))
  return { twice, missing }
}

const signature = (headings: string[]) => [...headings].map(fold).sort().join('|')
const place = 'portolan.import_mappings'
const mostRemembered = 20

interface Remembered extends Mapping {
  signature: string
}

function readAll(storage: Storage): Remembered[] {
  try {
    const kept: unknown = JSON.parse(storage.getItem(place) ?? '[]')
    return Array.isArray(kept) ? (kept as Remembered[]) : []
  } catch {
    return []
  }
}

export function rememberMapping(headings: string[], mapping: Mapping, storage: Storage): void {
  const own = { ...mapping, signature: signature(headings) }
  const others = readAll(storage).filter((one) => one.signature !== own.signature)
  storage.setItem(place, JSON.stringify([own, ...others].slice(0, mostRemembered)))
}

export function rememberedMapping(headings: string[], storage: Storage): Mapping | null {
  const found = readAll(storage).find((one) => one.signature === signature(headings))
  return found ? { entity: found.entity, columns: found.columns, key: found.key, existing: found.existing } : null
}
