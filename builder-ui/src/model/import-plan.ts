/** Which column of a file goes into which field: suggested, then corrected by hand. The server remembers what was chosen. */
import type { EntityModel, Field } from './app'

export interface Mapping {
  entity: string
  /** Heading → field; headings that are not named are left out. */
  columns: Record<string, string>
  key: string[]
  existing: 'skip' | 'update'
}

/** Types that no cell of a file can fill. */
const UNFILLED: ReadonlySet<string> = new Set(['lines', 'attachment', 'image'])

/** Fields that a file can fill. */
export function importableFields(entity: EntityModel): Field[] {
  return Object.values(entity.fields).filter((field) => field.writable && !UNFILLED.has(field.type) && !field.formula)
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
