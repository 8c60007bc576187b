// Which message stands at which place. Checks speak once a place was left or a save was tried; what the server told
// about a save, and warnings, always.
import type { EntityModel, Field } from '@/model/app'
import type { Scalar } from '@/model/record'
import { checkValue, type CheckProblem } from './check'
import { shownOf } from './likeness'
import type { FormState } from './store'

export interface Shown {
  path: string
  level: 'error' | 'warn'
  /** Ready text from the server. */
  message?: string
  /** Or a key with values, to be translated here. */
  code: string
  values?: Record<string, string | number>
  /** The code is one of `fields:problem`, not of `record:problem`. */
  ofField?: boolean
}

type Told = Pick<FormState, 'unreadable' | 'refused' | 'drafted' | 'touched' | 'attempted'>

/** What is shown at one place; the most pressing first. */
export function shownAt(told: Told, path: string, field: Field | undefined, value: Scalar | undefined, required: boolean): Shown[] {
  const spoken = told.attempted || told.touched.has(path)
  const out: Shown[] = []
  const text = told.unreadable[path]
  // What is on its way shows so by itself, and is a problem only for who cannot wait.
  if (text && (text.problem !== 'uploading' || told.attempted)) out.push({ path, level: 'error', code: text.problem, ofField: true, ...(text.values ? { values: text.values } : {}) })
  for (const problem of told.refused) {
    if (problem.path === path) out.push(shownOf(problem))
  }
  const check = spoken && !text && field ? checkValue(field, value, required) : null
  if (check) out.push({ path, level: 'error', ...check })
  for (const problem of told.drafted) {
    if (problem.path !== path) continue
    const level = problem.level ?? 'error'
    if (level === 'error' && (!spoken || check || text)) continue
    out.push({ ...shownOf(problem), level })
  }
  // One message once, however many tell it.
  return out.filter((one, index) => out.findIndex((other) => (other.message ?? other.code) === (one.message ?? one.code)) === index)
}

/** All problems of a form that a save would meet, for the summary. */
export function allProblems(state: FormState, checks: readonly CheckProblem[]): Shown[] {
  const out: Shown[] = Object.entries(state.unreadable).map(([path, text]) => ({
    path, level: 'error', code: text.problem, ofField: true, ...(text.values ? { values: text.values } : {}),
  }))
  const told = new Set(out.map((problem) => problem.path))
  for (const problem of state.refused) {
    out.push(shownOf(problem))
    told.add(problem.path)
  }
  for (const check of checks) {
    if (!told.has(check.path)) out.push({ level: 'error', ...check })
  }
  return out
}

/** Whether the entity has the field of a problem, so that it can be jumped to. */
export function hasPlace(entity: EntityModel, path: string): boolean {
  return entity.fields[path.split('.')[0] ?? ''] !== undefined
}
