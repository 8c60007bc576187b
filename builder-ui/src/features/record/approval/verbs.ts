/** What can be done with a task, in the order in which people look for it. */
import { stillDecides, type Asks, type TaskOfRecord } from '@/api/records'
import type { Verb } from '@/api/tasks'
import type { IconName } from '@/ui/icon'

/** One way to act on a task; an outcome of the node's own has its name. */
export interface Choice {
  verb: Verb
  outcome?: { name: string; label: string }
}

/** What decides, as buttons; then what passes it on or asks others, in a menu. */
const DECIDING: Verb[] = ['claim', 'approve', 'answer', 'reject', 'return']
const BESIDE: Verb[] = ['transfer', 'delegate', 'add_signer', 'remove_signer', 'consult', 'cc', 'comment', 'release']

export const verbIcons: Partial<Record<Verb, IconName>> = {
  transfer: 'send', delegate: 'person', add_signer: 'person_add', remove_signer: 'person_leave', consult: 'help', cc: 'copy', comment: 'comment', release: 'undo', return: 'undo', reject: 'close',
}

export function choices(task: TaskOfRecord): { deciding: Choice[]; beside: Choice[] } {
  const allowed = (verb: Verb) => task.verbs.includes(verb)
  const own = (task.outcomes ?? []).map((outcome): Choice => ({ verb: 'outcome', outcome }))
  const deciding = DECIDING.filter(allowed).flatMap((verb): Choice[] => (verb === 'approve' ? [{ verb }, ...own] : [{ verb }]))
  const removable = task.people?.some((one) => one.added_by_you && stillDecides(one)) ?? false
  return {
    // What lies in a role's common pile is taken first.
    deciding: allowed('claim') ? deciding.filter(({ verb }) => verb !== 'approve' || !task.pool) : deciding,
    beside: BESIDE.filter((verb) => allowed(verb) && (verb !== 'remove_signer' || removable)).map((verb) => ({ verb })),
  }
}

/** Fields that the task opens: with a choice those that can be sent with it, without one those of any. */
export function opened(task: TaskOfRecord, choice?: Choice): string[] {
  const ways = (task.outcomes ?? []).filter((one) => choice === undefined || one.name === choice.outcome?.name)
  return [...task.write, ...(task.required ?? []), ...ways.flatMap((one) => [...one.write, ...one.required])]
}

/** The word for a verb: a form task is completed, not approved. */
export const wordOf = (task: TaskOfRecord, verb: Verb): string => (task.form && verb === 'approve' ? 'complete' : verb)

/** What a choice asks for. */
export function asks(task: TaskOfRecord, { verb, outcome }: Choice): Asks {
  if (outcome) return task.outcomes?.find((one) => one.name === outcome.name)?.asks ?? {}
  return task.asks?.[verb] ?? { reason: task.reason[verb] ?? 'optional' }
}

/** Verbs that say something to somebody: their words are what they are for. */
export const saysSomething = (verb: Verb): boolean => ['comment', 'consult', 'answer'].includes(verb)

/** Verbs that save what was written into the fields that the task opens. */
export const savesFields = (verb: Verb): boolean => ['approve', 'reject', 'outcome'].includes(verb)
