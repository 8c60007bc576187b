import { expect, it } from 'vitest'
import type { View, ViewColumn } from './app'
import { shapeOf } from './shown'

it('leaves a currency off a card whose amount says it', () => {
  const column = (path: string, type: string, more: object = {}): ViewColumn => ({ path, label: path, type, ...more }) as ViewColumn
  const columns = [column('number', 'text'), column('amount', 'money', { currency: ['field', 'bare', 'currency'] }), column('currency', 'currency'), column('paid_in', 'currency'), column('state', 'choice', { options: [] })]
  const view = { type: 'kanban', by: columns[4], columns } as unknown as View
  expect(shapeOf(view, columns, { kept: undefined, type: null, by: null, from: null } as never).card.map((one) => one.path)).toEqual(['number', 'amount', 'paid_in'])
})
