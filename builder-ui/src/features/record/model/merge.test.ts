import { describe, expect, it } from 'vitest'
import { requestEntity } from './fixture'
import { merge } from './merge'
import { linesOf } from './paths'

const entity = requestEntity()
const line = (id: string, quantity: string) => ({ id, item: 'i1', quantity, price: '1', amount: quantity })
const base = { partner: 'p1', day: '2026-11-01', notes: 'x', total: '3', lines: [line('a', '1'), line('b', '2')] }

describe('two changes of one record', () => {
  it('come together where they touch different places', () => {
    const result = merge(entity, base, { ...base, notes: 'mine' }, { ...base, day: '2026-11-09', total: '9' })
    expect(result.conflicts).toEqual([])
    expect(result.resolve({})).toMatchObject({ notes: 'mine', day: '2026-11-09', total: '9' })
  })

  it('ask where both changed one field differently, and take what is chosen', () => {
    const result = merge(entity, base, { ...base, notes: 'mine' }, { ...base, notes: 'theirs' })
    expect(result.conflicts).toEqual([{ path: 'notes', kind: 'value', base: 'x', mine: 'mine', theirs: 'theirs' }])
    expect(result.resolve({ notes: 'theirs' })).toMatchObject({ notes: 'theirs' })
    expect(result.resolve({})).toMatchObject({ notes: 'mine' })
  })

  it('do not ask where both changed it to the same', () => {
    expect(merge(entity, base, { ...base, notes: 'same' }, { ...base, notes: 'same' }).conflicts).toEqual([])
  })

  it('ask about places that the server names although one side alone changed them', () => {
    const result = merge(entity, base, { ...base, day: '2026-12-01' }, { ...base, notes: 'y' }, ['day'])
    expect(result.conflicts.map((conflict) => conflict.path)).toEqual(['day'])
  })

  it('merge lines by their id and keep what both added', () => {
    const mine = { ...base, lines: [line('a', '5'), line('b', '2'), line('m', '1')] }
    const theirs = { ...base, lines: [line('a', '1'), line('t', '8'), line('b', '7')] }
    const result = merge(entity, base, mine, theirs)
    expect(result.conflicts).toEqual([])
    expect(linesOf(result.resolve({}), 'lines').map((row) => [row.id, row.quantity])).toEqual([['a', '5'], ['t', '8'], ['b', '7'], ['m', '1']])
  })

  it('ask about a line that one removed and the other changed', () => {
    const mine = { ...base, lines: [line('a', '5'), line('b', '2')] }
    const theirs = { ...base, lines: [line('b', '2')] }
    const result = merge(entity, base, mine, theirs)
    expect(result.conflicts).toMatchObject([{ path: 'lines.a', kind: 'removed_by_them' }])
    expect(linesOf(result.resolve({}), 'lines').map((row) => row.id)).toEqual(['a', 'b'])
    expect(linesOf(result.resolve({ 'lines.a': 'theirs' }), 'lines').map((row) => row.id)).toEqual(['b'])
  })

  it('let a line go that one removed and nobody changed', () => {
    const result = merge(entity, base, { ...base, lines: [line('b', '2')] }, base)
    expect(result.conflicts).toEqual([])
    expect(linesOf(result.resolve({}), 'lines').map((row) => row.id)).toEqual(['b'])
  })

  it('ask about places that hang on what the other changed, and only where I changed them', () => {
    const result = merge(entity, base, { ...base, day: '2026-12-01' }, { ...base, notes: 'y' }, ['day'])
    expect(result.conflicts).toEqual([{ path: 'day', kind: 'linked', base: '2026-11-01', mine: '2026-12-01', theirs: '2026-11-01' }])
    expect(result.resolve({ day: 'original' })).toMatchObject({ day: '2026-11-01', notes: 'y' })
  })

  it('keep the order of whoever moved lines, and ask where both did', () => {
    const three = [line('a', '1'), line('b', '2'), line('c', '3')]
    const [a, b, c] = three as [typeof three[0], typeof three[0], typeof three[0]]
    const start = { ...base, lines: three }
    const ids = (values: object) => linesOf(values, 'lines').map((row) => row.id).join('')
    const theirs = merge(entity, start, { ...start, notes: 'mine' }, { ...start, lines: [c, a, b] })
    expect([theirs.conflicts.length, ids(theirs.resolve({}))]).toEqual([0, 'cab'])
    const both = merge(entity, start, { ...start, lines: [b, a, c] }, { ...start, lines: [c, a, b] })
    expect(both.conflicts.map(({ path, kind }) => [path, kind])).toEqual([['lines', 'order']])
    expect([ids(both.resolve({})), ids(both.resolve({ lines: 'theirs' }))]).toEqual(['bac', 'cab'])
  })
})
