// What the server tells of records that are, or may be, the same.
import type { Problem } from '@/model/record'
import type { Shown } from './problems'

export interface Alike {
  id: string
  title: string
  /** The fields that are alike. */
  fields: string[]
  near: boolean
}

export interface Likeness {
  records: Alike[]
  /** How many more there are that the reader may not see. */
  hidden: number
}

export function likenessOf(problem: Pick<Problem, 'code' | 'values'>): Likeness | null {
  if (problem.code !== 'duplicate' && problem.code !== 'suspect') return null
  const { records, hidden } = problem.values ?? {}
  return { records: Array.isArray(records) ? (records as Alike[]) : [], hidden: typeof hidden === 'number' ? hidden : 0 }
}

/** A problem that the server told, as it is shown: in our words where it speaks of likeness. */
export function shownOf(problem: Problem): Shown {
  const told = { path: problem.path, level: problem.level ?? ('error' as const) }
  const likeness = likenessOf(problem)
  if (!likeness) return { ...told, code: problem.code, message: problem.message }
  const titles = likeness.records.map((one) => one.title).join(' · ')
  return { ...told, code: titles === '' ? `${problem.code}_hidden` : problem.code, values: { titles } }
}
