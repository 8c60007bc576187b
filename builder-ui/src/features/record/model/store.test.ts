import { describe, expect, it } from 'vitest'
import { sum } from '@/fields/exact'
import { requestEntity } from './fixture'
import { linesOf, valueAt } from './paths'
import { type Compute, createRecordForm } from './store'

const entity = requestEntity()
const base = {
  id: 'r1', version: 1, partner: 'p1', rate: '7.1', notes: 'x', total: '3',
  lines: [{ id: 'a', item: 'i1', quantity: '1', price: '1' }, { id: 'b', item: 'i1', quantity: '2', price: '1' }],
}
const compute: Compute = (_previous, next) => ({
  ...next,
  total: sum(linesOf(next, 'lines').map((line) => String(line.quantity ?? '0'))),
})
const open = () => createRecordForm(entity, base, {}, compute)

describe('an open form', () => {
  it('computes with every change', () => {
    const form = open()
    form.set('lines.a.quantity', '5')
    expect(form.store.getState().values.total).toBe('7')
  })

  it('leaves the other lines the same objects, so that they need not be drawn again', () => {
    const form = open()
    form.set('lines.a.quantity', '5')
    expect(linesOf(form.store.getState().values, 'lines')[1]).toBe(base.lines[1])
  })

  it('goes back and forth by whole steps', () => {
    const form = open()
    form.set('notes', 'xy')
    form.set('notes', 'xyz')
    form.removeLines('lines', ['a'])
    expect(form.undo()).toBe(true)
    expect(linesOf(form.store.getState().values, 'lines')).toHaveLength(2)
    form.undo()
    expect(form.store.getState().values.notes).toBe('x')
    expect(form.store.getState().edited.has('notes')).toBe(false)
    form.redo()
    expect(form.store.getState().values.notes).toBe('xyz')
    form.redo()
    expect(linesOf(form.store.getState().values, 'lines')).toHaveLength(1)
    expect(form.redo()).toBe(false)
  })

  it('moves and inserts lines', () => {
    const form = open()
    form.moveLine('lines', 'b', 0)
    const [id] = form.insertLines('lines', 1, [{ quantity: '9' }])
    expect(linesOf(form.store.getState().values, 'lines').map((line) => line.id)).toEqual(['b', id, 'a'])
    expect(form.store.getState().values.total).toBe('12')
  })
})

describe('an answer of the draft endpoint', () => {
  it('fills in what the server computed or filled', () => {
    const form = open()
    form.set('partner', 'p2')
    const { values, revision } = form.store.getState()
    form.applyDraft({ record: { ...values, currency: 'USD', rate: '7.2' }, titles: { p2: 'Acme' }, problems: [] }, { values, revision })
    expect(form.store.getState().values).toMatchObject({ currency: 'USD', rate: '7.2', partner: 'p2' })
    expect(form.store.getState().titles).toEqual({ p2: 'Acme' })
  })

  it('never overwrites what was typed after the question', () => {
    const form = open()
    form.set('partner', 'p2')
    const sent = { values: form.store.getState().values, revision: form.store.getState().revision }
    form.set('currency', 'EUR')
    form.set('lines.a.price', '8')
    form.applyDraft(
      { record: { ...sent.values, currency: 'USD', lines: [{ id: 'a', price: '3' }, { id: 'b', price: '4' }] }, titles: {}, problems: [] },
      sent,
    )
    const { values } = form.store.getState()
    expect(values.currency).toBe('EUR')
    expect(valueAt(values, 'lines.a.price')).toBe('8')
    expect(valueAt(values, 'lines.b.price')).toBe('4')
  })

  it('leaves removed lines removed', () => {
    const form = open()
    const sent = { values: form.store.getState().values, revision: 0 }
    form.removeLines('lines', ['a'])
    form.applyDraft({ record: { ...base, lines: [{ id: 'a', price: '3' }, { id: 'b', price: '4' }] }, titles: {}, problems: [] }, sent)
    expect(linesOf(form.store.getState().values, 'lines').map((line) => [line.id, line.price])).toEqual([['b', '4']])
  })

  it('keeps an overridden value until it is emptied', () => {
    const form = open()
    form.set('rate', '7.5')
    const sent = { values: form.store.getState().values, revision: form.store.getState().revision }
    form.applyDraft({ record: { ...sent.values }, titles: {}, problems: [] }, sent)
    expect(form.store.getState().values.rate).toBe('7.5')
    expect(form.store.getState().edited.has('rate')).toBe(true)
    form.set('rate', null)
    expect(form.store.getState().edited.has('rate')).toBe(false)
  })
})

describe('messages of a refused save', () => {
  it('find their line by position and go when the place changes', () => {
    const form = open()
    form.refuse([{ path: 'lines.1.quantity', code: 'min', message: 'Too little' }, { path: 'notes', code: 'x', message: 'No' }])
    expect(form.store.getState().refused.map((problem) => problem.path)).toEqual(['lines.b.quantity', 'notes'])
    form.set('lines.b.quantity', '4')
    expect(form.store.getState().refused.map((problem) => problem.path)).toEqual(['notes'])
  })
})
