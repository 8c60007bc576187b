// A small entity for tests: a request with lines.
import type { EntityModel, Field } from '@/model/app'

export function field(name: string, type: Field['type'], more: Partial<Field> = {}): Field {
  return { name, type, label: name[0]?.toUpperCase() + name.slice(1), required: false, unique: false, writable: true, server: false, ...more }
}

function keyed(fields: Field[]): Record<string, Field> {
  return Object.fromEntries(fields.map((one) => [one.name, one]))
}

export function requestEntity(more: Partial<EntityModel> = {}): EntityModel {
  return {
    name: 'request',
    label: 'Request',
    label_plural: 'Requests',
    type: 'document',
    numbered: true,
    can: { create: true, import: false, export: false, delete: true },
    fields: keyed([
      field('partner', 'reference', { to: 'partner', required: true }),
      field('day', 'date'),
      field('currency', 'currency'),
      field('rate', 'decimal', { scale: 6, compute: { value: ['server'] }, server: true }),
      field('notes', 'long_text'),
      field('discount', 'percent', { scale: 4 }),
      field('lines', 'lines', {
        min: 1,
        fields: keyed([
          field('item', 'reference', { to: 'item', required: true }),
          field('quantity', 'decimal', { scale: 3, above: 0, required: true }),
          field('price', 'money', { scale: 4, required: true }),
          field('amount', 'money', { formula: ['call', 'round', [['*', ['field', 'bare', 'quantity', 'decimal'], ['field', 'bare', 'price', 'decimal']], ['literal', 2, 'integer']]], writable: false }),
        ]),
      }),
      field('total', 'money', { formula: ['aggregate', 'sum', ['lines', 'bare', 'lines'], ['field', ['slot', 0], 'amount', 'decimal']], writable: false }),
    ]),
    lifecycle: {
      start: 'draft',
      states: {
        draft: { label: 'Draft', color: 'grey', locked: false, final: false },
        approving: { label: 'Approving', color: 'amber', locked: true, final: false },
        approved: { label: 'Approved', color: 'green', locked: { except: ['notes'] }, final: false },
      },
      transitions: {
        submit: { label: 'Submit', from: ['draft'], to: 'approving', workflow: true, requires: ['day'] },
      },
    },
    rules: {},
    lets: {},
    order: [{ target: 'line:lines.amount' }, { target: 'field:total' }],
    form: {
      layout: [
        { key: 'head', kind: 'section', label: 'Head', columns: 2, fields: ['partner', 'day', 'currency', 'discount', 'rate', 'notes'].map((name) => ({ name, span: 1 })) },
        { key: 'items', kind: 'lines', label: 'Items', lines: 'lines', line_columns: ['item', 'quantity', 'price', 'amount'], totals: ['amount'] },
      ],
    },
    default_view: 'all_requests',
    ...more,
  }
}
