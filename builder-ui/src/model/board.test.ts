import { describe, expect, it } from 'vitest'
import type { EntityModel, ViewColumn } from './app'
import { boardColumns, moveTo } from './board'

const transition = (from: string[], to: string) => ({ label: to, from, to, requires: [] })
const entity = {
  name: 'deal',
  fields: {
    stage: { name: 'stage', writable: true, required: false },
    level: { name: 'level', writable: false, required: true },
  },
  lifecycle: {
    start: 'draft',
    states: { draft: { label: 'Draft', locked: false, final: false }, sent: { label: 'Sent', locked: false, final: false }, won: { label: 'Won', locked: false, final: true } },
    transitions: { send: transition(['draft'], 'sent'), win: transition(['draft', 'sent'], 'won') },
  },
} as unknown as EntityModel
const column = (path: string, options: string[]): ViewColumn => ({ path, label: path, type: 'choice', options: options.map((value) => ({ value, label: value })) })
const state = column('state', ['draft', 'sent', 'won'])

describe('a board', () => {
  it('has a column for each state in its order, and one for records without a value where there are some', () => {
    expect(boardColumns(state, entity, 'None', false).map((one) => [one.value, one.final])).toEqual([['draft', false], ['sent', false], ['won', true]])
    expect(boardColumns(column('stage', ['new']), entity, 'None', true).map((one) => one.label)).toEqual(['None', 'new'])
  })
  it('moves between states by the transitions that lead there', () => {
    expect(moveTo(state, entity, 'draft', 'won')).toMatchObject({ transitions: [{ name: 'win' }] })
    expect(moveTo(state, entity, 'won', 'draft')).toBeNull()
    expect(moveTo(state, entity, 'sent', 'sent')).toBeNull()
  })
  it('moves between options by changing a field that may be changed', () => {
    expect(moveTo(column('stage', ['a', 'b']), entity, 'a', 'b')).toEqual({ set: 'stage', value: 'b' })
    expect(moveTo(column('stage', ['a', 'b']), entity, 'a', null)).toEqual({ set: 'stage', value: null })
    expect(moveTo(column('level', ['a', 'b']), entity, 'a', 'b')).toBeNull()
  })
})
