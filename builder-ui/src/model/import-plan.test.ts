import { describe, expect, it } from 'vitest'
import type { EntityModel, Field } from './app'
import { mappingProblems, suggestColumns, suggestKey, type Mapping } from './import-plan'

const field = (name: string, label: string, more: Partial<Field> = {}): Field => ({ name, label, type: 'text', required: false, unique: false, writable: true, server: false, ...more })
const entity = {
  name: 'item', title_field: 'name',
  fields: { code: field('code', 'Item code', { unique: true, required: true }), name: field('name', 'Name', { required: true }), sum: field('sum', 'Sum', { formula: {} }), note: field('note', '备注') },
} as unknown as EntityModel

describe('a suggested mapping', () => {
  it('finds fields by name or label, whatever case and punctuation', () => {
    expect(suggestColumns(['ITEM-CODE', 'name', '备 注', 'Other'], entity)).toEqual({ 'ITEM-CODE': 'code', name: 'name', '备 注': 'note' })
  })
  it('never fills what is computed', () => {
    expect(suggestColumns(['sum'], entity)).toEqual({})
  })
  it('matches records by a unique field, else by their title', () => {
    expect(suggestKey({ A: 'code', B: 'name' }, entity)).toEqual(['code'])
    expect(suggestKey({ B: 'name' }, entity)).toEqual(['name'])
    expect(suggestKey({ C: 'note' }, entity)).toEqual([])
  })
})

describe('a mapping', () => {
  const mapping: Mapping = { entity: 'item', columns: { A: 'name', B: 'name' }, key: [], existing: 'skip' }
  it('says what is filled twice and what is missing', () => {
    const { twice, missing } = mappingProblems(mapping, entity)
    expect(twice).toEqual(['name'])
    expect(missing.map((one) => one.name)).toEqual(['code'])
  })
})
