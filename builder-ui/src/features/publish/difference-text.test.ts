import { beforeAll, describe, expect, it } from 'vitest'
import i18next from 'i18next'
import type { Difference } from '@/api/publish'
import { applyLanguage, startI18n, withTexts } from '@/locales/i18n'
import { differenceText, propertyOf } from './difference-text'

beforeAll(async () => {
  await startI18n()
  await withTexts(Promise.resolve())
})

const one = (part: Partial<Difference>): Difference => ({ change: 'changed', weight: 'behaviour', kind: 'entity', name: 'customer', path: '', of: 'Customer', label: '', before: null, after: null, ...part })
const told = (part: Partial<Difference>) => differenceText(one(part), i18next.t)

describe('a difference in words', () => {
  it('names what changed and not the names that people gave', () => {
    expect(propertyOf('fields.port.required')).toBe('required')
    expect(propertyOf('fields.port')).toBeNull()
    expect(propertyOf('rules.amount_1.when.amount')).toBeNull()
    expect(propertyOf('can.customer.read')).toBe('read')
    expect(propertyOf('fields.lines.fields.price.default')).toBe('default')
  })

  it('says what was and what is', () => {
    expect(told({ kind: 'decision', path: 'rules.amount_1.when.amount', label: 'Over 200,000 › Amount', before: '> 200000', after: '> 250000' })).toBe('“Over 200,000 › Amount”: > 200000 → > 250000')
    expect(told({ path: 'fields.port', change: 'field_added', label: 'Port' })).toBe('“Port” is new')
    expect(told({ path: 'fields.rate.type', change: 'retyped', label: 'Rate', before: 'integer', after: 'decimal' })).toBe('“Rate” becomes Number instead of Whole number')
    expect(told({ kind: 'role', path: 'can.customer.delete', label: 'Customer', before: null, after: 'own' })).toBe('“Customer”, may delete: nothing → own')
    expect(told({ path: 'help', change: 'relabelled', before: 'Who buys', after: 'Who buys from us' })).toBe('hint: Who buys → Who buys from us')
    expect(told({ path: 'label', change: 'relabelled', before: 'Customer', after: 'Buyer' })).toBe('“Customer” is now called “Buyer”')
    expect(told({ path: 'fields.port.renamed_from', change: 'former_names' })).toBeNull()
    expect(told({ change: 'added', kind: 'view' })).toBe('New')
  })

  it('says it in Chinese too', async () => {
    await applyLanguage('zh_hans')
    expect(told({ path: 'fields.port', change: 'required', label: '装运港' })).toBe('“装运港”改为必填')
    await applyLanguage('en')
  })
})
