import { describe, expect, it, vi } from 'vitest'
import type { AppModel } from '@/model/app'
import type { SessionUser } from '@/model/session'
import { createCompute } from './compute'
import { createEvaluator, crossings } from './evaluator'
import { holds } from './evaluate'
import { field, requestEntity } from './fixture'
import { linesOf, valueAt } from './paths'
import { createRecordForm } from './store'

const app = { settings: { limit: '100' } } as unknown as AppModel
const user = { id: 'u1', name: 'Li Wei', roles: ['seller'] } as unknown as SessionUser
const entity = requestEntity()
const open = (lines: object[]) => {
  const evaluator = createEvaluator(entity, app, user, {})
  const compute = createCompute(entity, evaluator)
  return createRecordForm(entity, compute(null, { id: 'r', lines: lines as never }, new Set()), {}, compute)
}

describe('formulas as one types', () => {
  it('go from the line to the total, exactly', () => {
    const form = open([{ id: 'a', quantity: '0.1', price: '3' }, { id: 'b', quantity: '0.2', price: '1' }])
    expect(form.store.getState().values.total).toBe('0.5')
    form.set('lines.a.quantity', '1.005')
    expect(valueAt(form.store.getState().values, 'lines.a.amount')).toBe('3.02')
    expect(form.store.getState().values.total).toBe('3.22')
  })

  it('are null where something is missing, and the total goes on without it', () => {
    const form = open([{ id: 'a', quantity: '2', price: '3' }, { id: 'b', quantity: null, price: '1' }])
    expect(valueAt(form.store.getState().values, 'lines.b.amount')).toBeNull()
    expect(form.store.getState().values.total).toBe('6')
  })

  it('are computed for the changed line alone', () => {
    const evaluator = createEvaluator(entity, app, user, {})
    const value = vi.spyOn(evaluator, 'value')
    const compute = createCompute(entity, evaluator)
    const lines = Array.from({ length: 1000 }, (_, index) => ({ id: `l${index}`, quantity: '2', price: '3' }))
    const form = createRecordForm(entity, compute(null, { id: 'r', lines }, new Set()), {}, compute)
    value.mockClear()
    form.set('lines.l500.quantity', '5')
    expect(value).toHaveBeenCalledTimes(2)
    expect(form.store.getState().values.total).toBe('6009')
    expect(linesOf(form.store.getState().values, 'lines')[7]).toBe(linesOf(form.store.getState().base, 'lines')[7])
  })

  it('are computed for all lines when a header field changes that they read', () => {
    const rated = requestEntity()
    const table = rated.fields.lines
    if (table?.fields) table.fields.amount = field('amount', 'money', { writable: false, formula: ['*', ['field', 'bare', 'price', 'decimal'], ['field', 'doc', 'discount', 'decimal']] })
    const compute = createCompute(rated, createEvaluator(rated, app, user, {}))
    const form = createRecordForm(rated, { id: 'r', discount: '0.5', lines: [{ id: 'a', price: '10' }, { id: 'b', price: '4' }] }, {}, compute)
    form.set('discount', '0.25')
    expect(linesOf(form.store.getState().values, 'lines').map((line) => line.amount)).toEqual(['2.5', '1'])
    form.set('notes', 'no matter')
    expect(form.store.getState().values.total).toBe('3.5')
  })
})

describe('conditions across a reference', () => {
  const wire = ['field', ['through', ['field', 'bare', 'partner', 'plain'], 'partner'], 'blocked', 'plain']

  it('hold as soon as its record is there, and are unknown before', () => {
    const loaded = {} as Record<string, object>
    const evaluator = createEvaluator(entity, app, user, loaded)
    const at = { values: { partner: 'p1' } }
    expect(holds(evaluator, wire, at, true)).toBe(true)
    expect(holds(evaluator, wire, at, false)).toBe(false)
    loaded.p1 = { blocked: false }
    expect(holds(evaluator, wire, at, true)).toBe(false)
  })

  it('tell which records they need', () => {
    expect(crossings(['not', wire], {})).toEqual([{ id: ['field', 'bare', 'partner', 'plain'], entity: 'partner' }])
    expect(crossings(['let', 'x'], { x: wire })).toHaveLength(1)
  })
})
