import { expect, test } from 'vitest'
import type { TaskOfRecord } from '@/api/records'
import type { EntityModel } from '@/model/app'
import { field } from '../model/fixture'
import { withOpened } from '../use-record-form'
import { opened, wordOf } from './verbs'

const task = {
  id: '1', node: 'check', label: 'Check', verbs: ['approve'], reason: {}, write: ['note', 'total'], required: ['note'],
  outcomes: [{ name: 'limit', label: 'New limit', write: ['until'], required: ['limit'], asks: {} }],
} satisfies TaskOfRecord

test('what an outcome opens is sent with it alone', () => {
  expect(opened(task)).toEqual(expect.arrayContaining(['note', 'until', 'limit']))
  expect(opened(task, { verb: 'approve' })).not.toContain('limit')
  expect(opened(task, { verb: 'outcome', outcome: { name: 'limit', label: 'New limit' } })).toEqual(expect.arrayContaining(['note', 'limit']))
})

test('what a task opens can be written, whatever roles say, but for what a formula gives', () => {
  const shut = { writable: false }
  const fields = { note: field('note', 'text', shut), total: field('total', 'money', { ...shut, formula: ['lines', 'bare', 'lines'] }), other: field('other', 'text', shut) }
  const entity = { name: 'request', fields } as unknown as EntityModel
  const open = withOpened(entity, task)
  expect([open.fields.note?.writable, open.fields.total?.writable, open.fields.other?.writable]).toEqual([true, false, false])
  expect(withOpened(entity, undefined)).toBe(entity)
})

test('a form task is completed, an approval approved', () => {
  expect(wordOf({ ...task, form: true }, 'approve')).toBe('complete')
  expect(wordOf({ ...task, form: true }, 'transfer')).toBe('transfer')
  expect(wordOf(task, 'approve')).toBe('approve')
})
