import { describe, expect, it } from 'vitest'
import type { TaskOfRecord } from '@/api/records'
import { asks, choices } from './verbs'

const task = (verbs: string[], more: Partial<TaskOfRecord> = {}): TaskOfRecord => ({ id: 't', node: 'n', label: 'N', verbs, write: [], reason: {}, ...more })
const names = (of: TaskOfRecord) => {
  const { deciding, beside } = choices(of)
  return [deciding.map((one) => one.outcome?.name ?? one.verb), beside.map((one) => one.verb)]
}

describe('what can be done with a task', () => {
  it('puts what decides before what passes it on, outcomes of its own behind approving', () => {
    const outcome = { name: 'new_limit', label: 'New limit', write: [], required: [], asks: { reason: 'required' as const } }
    const all = task(['comment', 'transfer', 'return', 'reject', 'approve', 'add_signer', 'cc'], { outcomes: [outcome] })
    expect(names(all)).toEqual([['approve', 'new_limit', 'reject', 'return'], ['transfer', 'add_signer', 'cc', 'comment']])
    expect(asks(all, { verb: 'outcome', outcome })).toEqual({ reason: 'required' })
  })
  it('asks to take a common task before it is decided', () => {
    const pooled = task(['approve', 'claim'], { pool: { name: 'Finance', claimed: false } })
    expect(names(pooled)).toEqual([['claim'], []])
    expect(names(task(['approve', 'release'], { pool: { name: 'Finance', claimed: true } }))).toEqual([['approve'], ['release']])
  })
  it('offers to remove a signer only where one was added who has not decided', () => {
    const person = { id: 'p', name: 'P', state: { open: 'task' }, added_by_you: true }
    expect(names(task(['remove_signer'], { people: [person] }))[1]).toEqual(['remove_signer'])
    expect(names(task(['remove_signer'], { people: [{ ...person, state: 'approved' }] }))[1]).toEqual([])
    expect(names(task(['remove_signer'], { people: [{ ...person, added_by_you: false }] }))[1]).toEqual([])
  })
  it('takes the reason from the older shape where there is no other', () => {
    expect(asks(task(['reject'], { reason: { reject: 'required' } }), { verb: 'reject' })).toEqual({ reason: 'required' })
  })
})
