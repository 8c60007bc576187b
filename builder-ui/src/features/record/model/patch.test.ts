import { describe, expect, it } from 'vitest'
import { requestEntity } from './fixture'
import { buildCreate, buildPatch } from './patch'

const entity = requestEntity()
const base = {
  id: 'r1', version: 3, partner: 'p1', day: '2026-11-21', discount: '0.05', rate: '7.1', notes: null, total: '30.00',
  lines: [
    { id: 'a', item: 'i1', quantity: '1', price: '10.00', amount: '10.00' },
    { id: 'b', item: 'i2', quantity: '2', price: '10.00', amount: '20.00' },
  ],
}

describe('what a save sends', () => {
  it('is nothing where nothing changed, however the numbers are written', () => {
    const same = { ...base, discount: '0.0500', notes: '', lines: base.lines.map((line) => ({ ...line, price: '10' })) }
    expect(buildPatch(entity, base, same)).toBeNull()
  })

  it('is only the changed fields, with null for an emptied one', () => {
    expect(buildPatch(entity, base, { ...base, discount: '0.1', day: null })).toEqual({ discount: '0.1', day: null })
  })

  it('never holds a formula or a computed value that nobody wrote', () => {
    expect(buildPatch(entity, base, { ...base, total: '99', rate: '7.2' })).toBeNull()
    expect(buildPatch(entity, base, { ...base, rate: '7.2' }, new Set(['rate']))).toEqual({ rate: '7.2' })
  })

  it('names all lines in order, with the changed fields of known ones and all of new ones', () => {
    const lines = [base.lines[1]!, { id: 'n', item: 'i3', quantity: '5', price: null, amount: null }, { ...base.lines[0]!, quantity: '4', amount: '40.00' }]
    expect(buildPatch(entity, base, { ...base, lines })).toEqual({
      lines: [{ id: 'b' }, { id: 'n', item: 'i3', quantity: '5' }, { id: 'a', quantity: '4' }],
    })
  })

  it('leaves out a removed line and new lines that are empty', () => {
    const lines = [base.lines[0]!, { id: 'n', item: null, quantity: null, price: null, amount: '0.00' }]
    expect(buildPatch(entity, base, { ...base, lines })).toEqual({ lines: [{ id: 'a' }] })
    expect(buildPatch(entity, base, { ...base, lines: [...base.lines, lines[1]!] })).toBeNull()
  })

  it('of a new record holds what is there, and null where a default was emptied', () => {
    const values = { partner: 'p1', day: null, currency: null, lines: [{ id: 'n', item: 'i1', quantity: '1', price: '2', amount: '2.00' }] }
    expect(buildCreate(entity, values, new Set(['day']))).toEqual({
      partner: 'p1', day: null, lines: [{ id: 'n', item: 'i1', quantity: '1', price: '2' }],
    })
  })
})
