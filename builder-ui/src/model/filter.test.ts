import { describe, expect, it } from 'vitest'
import type { EntityModel } from './app'
import { filterFields, filterFromText, filterToText, isComplete, wireFilter, type FilterField, type ListFilter } from './filter'

const fields: FilterField[] = [
  { path: 'name', label: 'Name', type: 'text' },
  { path: 'amount', label: 'Amount', type: 'money' },
  { path: 'due', label: 'Due', type: 'date' },
  { path: 'made', label: 'Made', type: 'datetime' },
  { path: 'level', label: 'Level', type: 'choice' },
  { path: 'open', label: 'Open', type: 'boolean' },
]
const only = (condition: ListFilter['conditions'][number]): ListFilter => ({ match: 'all', conditions: [condition] })
const wire = (condition: ListFilter['conditions'][number]) => JSON.parse(wireFilter(only(condition), fields) ?? 'null')

describe('the filter for the server', () => {
  it('is nothing when no condition is complete', () => {
    expect(wireFilter(only({ path: 'name', operator: 'contains', value: '' }), fields)).toBeUndefined()
  })
  it('names field, operator and value', () => {
    expect(wire({ path: 'amount', operator: '>', value: '200000' })).toEqual({ all: [['amount', '>', '200000']] })
  })
  it('asks for emptiness without a value', () => {
    expect(wire({ path: 'name', operator: 'is null', value: null })).toEqual({ all: [['name', 'is null']] })
  })
  it('makes two comparisons of a range', () => {
    expect(wire({ path: 'due', operator: 'between', value: ['2026-01-01', '2026-01-31'] })).toEqual({
      all: [{ all: [['due', '>=', '2026-01-01'], ['due', '<=', '2026-01-31']] }],
    })
  })
  it('counts days from the day on which it is asked', () => {
    const filter = only({ path: 'due', operator: 'last_days', value: 7 })
    expect(JSON.parse(wireFilter(filter, fields, new Date(2026, 10, 3)) ?? '')).toEqual({
      all: [{ all: [['due', '>=', '2026-10-27'], ['due', '<=', '2026-11-03']] }],
    })
  })
  it('takes the whole day for a moment', () => {
    const [from, to] = wire({ path: 'made', operator: '=', value: '2026-11-21' }).all[0].all
    expect(new Date(to[2]).getTime() - new Date(from[2]).getTime()).toBe(86_400_000 - 1)
  })
  it('joins conditions by any when asked', () => {
    const filter: ListFilter = { match: 'any', conditions: [{ path: 'open', operator: '=', value: true }, { path: 'level', operator: 'in', value: ['a'] }] }
    expect(JSON.parse(wireFilter(filter, fields) ?? '')).toEqual({ any: [['open', '=', true], ['level', 'in', ['a']]] })
  })
})

describe('the filter in the address', () => {
  const filters: ListFilter[] = [
    only({ path: 'name', operator: 'contains', value: 'a;b~c%d 贸易' }),
    only({ path: 'level', operator: 'not in', value: ['a', 'b'] }),
    only({ path: 'name', operator: 'is not null', value: null }),
    only({ path: 'open', operator: '=', value: false }),
    only({ path: 'due', operator: 'next_days', value: 14 }),
    { match: 'any', conditions: [{ path: 'amount', operator: 'between', value: ['1', '2'] }, { path: 'due', operator: '<', value: '2026-01-01' }] },
  ]
  it.each(filters)('comes back as it went %#', (filter) => {
    expect(filterFromText(filterToText(filter), fields)).toEqual(filter)
  })
  it('leaves out what the reader cannot see and what makes no sense', () => {
    expect(filterFromText('secret~=~1;amount~contains~2;amount~>~3', fields).conditions).toEqual([{ path: 'amount', operator: '>', value: '3' }])
  })
})

describe('what can be filtered by', () => {
  it('has number and state before the fields, and no line tables', () => {
    const entity = {
      numbered: true, lifecycle: { start: 'draft', states: { draft: { label: 'Draft', locked: false, final: false } }, transitions: {} },
      fields: { partner: { name: 'partner', label: 'Partner', type: 'user' }, lines: { name: 'lines', label: 'Lines', type: 'lines' } },
    } as unknown as EntityModel
    const paths = filterFields(entity, (name) => name).map((field) => field.path)
    expect(paths).toEqual(['number', 'state', 'partner', 'created_at', 'created_by', 'updated_at'])
  })
  it('knows a half-filled range as incomplete', () => {
    expect(isComplete({ path: 'due', operator: 'between', value: ['2026-01-01', ''] })).toBe(false)
  })
})
