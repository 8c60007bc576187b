import { describe, expect, it } from 'vitest'
import type { EntityDefinition } from '@/model/definition'
import { isOnce, withOnce } from './once'

const ref = { lines: 'items', field: 'invoice' }
const claim = (more: object = {}): EntityDefinition => ({ kind: 'entity', name: 'claim', label: 'Claim', type: 'document', fields: { items: { type: 'lines', fields: { invoice: { type: 'text' } } } }, ...more })

describe('a value that stands once', () => {
  it('is a rule on every line, over the lines beside it and those of all other records', () => {
    const on = withOnce(claim(), ref, true, 'Twice')
    expect(isOnce(on, ref)).toBe(true)
    expect(on.rules).toEqual({ x_once_items_invoice: { unless: 'is_null(invoice) || (count(doc.items, |l| l.invoice == invoice) == 1 && is_null(find(claim, |r| r.id != doc.id && any(r.items, |l| l.invoice == invoice))))', each: 'items', field: 'invoice', message: 'Twice' } })
    expect(withOnce(on, ref, false, '')).toEqual(claim())
  })
  it('is free again in what was turned down', () => {
    const lifecycle = { start: 'draft', transitions: { submit: { outcomes: { approved: 'paid', rejected: 'no', cancelled: 'draft' } } } }
    expect(JSON.stringify(withOnce(claim({ lifecycle }), ref, true, 'Twice').rules)).toContain('!(r.state in [\\"no\\"])')
  })
  it('leaves other rules alone', () => {
    const rules = { other: { unless: 'true', message: 'No' } }
    expect(withOnce(withOnce(claim({ rules }), ref, true, 'Twice'), ref, false, '').rules).toEqual(rules)
  })
})
