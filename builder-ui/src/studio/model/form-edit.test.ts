import { describe, expect, it } from 'vitest'
import type { EntityDefinition, FormDefinition } from '@/model/definition'
import { addColumn, addField, addSection, addTab, addTabs, changeField, fieldsAt, formFor, hideField, moveField, places, placeOf, removeField, removePart, removeTab, setSpan, shiftField, unplaced } from './form-edit'
import { proposeName } from './name'

const entity: EntityDefinition = {
  kind: 'entity', name: 'order', label: 'Order', type: 'document',
  fields: {
    a: { type: 'text' }, b: { type: 'text' }, c: { type: 'date' }, d: { type: 'text' },
    lines: { type: 'lines', fields: { item: { type: 'text' }, amount: { type: 'decimal' } } },
  },
}
const form: FormDefinition = {
  kind: 'form', name: 'order', entity: 'order',
  layout: {
    head: { section: 'Head', fields: { a: {}, b: { span: 2 } } },
    items: { lines: 'lines', columns: ['item', 'amount'], totals: ['amount'] },
    more: { tabs: { notes: { label: 'Notes', fields: { c: {} } }, related: { label: 'Others', related: {} } } },
  },
}
const head = { part: 'head' }
const notes = { part: 'more', tab: 'notes' }
const names = (made: FormDefinition, place: { part: string; tab?: string }) => Object.keys(fieldsAt(made, place))

describe('a form', () => {
  it('has sections and tabs as places, and says which fields it does not show', () => {
    expect(places(form)).toEqual([head, notes])
    expect(unplaced({ entity, form })).toEqual(['d'])
  })

  it('takes a new field where it was dropped, in the entity beside its neighbour', () => {
    const made = addField({ entity, form }, 'x_port', { type: 'text', label: 'Port' }, head, 'a')
    expect(names(made.form, head)).toEqual(['a', 'x_port', 'b'])
    expect(Object.keys(made.entity.fields)).toEqual(['a', 'x_port', 'b', 'c', 'd', 'lines'])
    expect(names(addField({ entity, form }, 'x_port', { type: 'text' }, head, null).form, head)[0]).toBe('x_port')
  })

  it('moves a field with its width, also between places', () => {
    const moved = moveField(form, 'b', notes, 'c')
    expect(names(moved, head)).toEqual(['a'])
    expect(fieldsAt(moved, notes)).toEqual({ c: {}, b: { span: 2 } })
    expect(moveField(form, 'b', head, 'b')).toBe(form)
  })

  it('gets tabs, and more of them; one that goes leaves its fields to its neighbour', () => {
    const made = addTabs(form, 'x_tabs', ['One', 'Two'])
    const { form: three, tab } = addTab(made, 'x_tabs', 'Three')
    expect(places(three).filter(({ part }) => part === 'x_tabs').map((place) => place.tab)).toEqual(['x_tab', 'x_tab_2', tab])
    const gone = removeTab(moveField(three, 'b', { part: 'x_tabs', tab }, null), 'x_tabs', tab)
    expect(names(gone, { part: 'x_tabs', tab: 'x_tab_2' })).toEqual(['b'])
    // The only place that could take its fields is gone with it.
    expect(removeTab(form, 'more', 'notes')).toBe(form)
  })

  it('moves a field by keys over the edges of its section', () => {
    expect(names(shiftField(form, 'b', -1), head)).toEqual(['b', 'a'])
    expect(names(shiftField(form, 'b', 1), notes)).toEqual(['b', 'c'])
    expect(names(shiftField(form, 'c', -1), head)).toEqual(['a', 'b', 'c'])
    expect(shiftField(form, 'a', -1)).toBe(form)
  })

  it('takes a field off and out', () => {
    expect(placeOf(hideField(form, 'c'), 'c')).toBeNull()
    const gone = removeField({ entity, form }, { lines: 'lines', field: 'amount' })
    expect(gone.form.layout.items).toEqual({ lines: 'lines', columns: ['item'] })
    expect(Object.keys(gone.entity.fields.lines?.fields ?? {})).toEqual(['item'])
    expect(Object.keys(removeField({ entity, form }, { field: 'lines' }).form.layout)).toEqual(['head', 'more'])
  })

  it('keeps the fields of a section that goes', () => {
    const more = addSection(form, 'x_terms', 'Terms', 'head')
    const filled = moveField(more, 'a', { part: 'x_terms' }, null)
    expect(Object.keys(more.layout)).toEqual(['head', 'x_terms', 'items', 'more'])
    expect(names(removePart(filled, 'x_terms'), head)).toEqual(['b', 'a'])
    expect(removePart({ ...form, layout: { head: form.layout.head! } }, 'head').layout.head).toBeDefined()
  })

  it('adds a column to a line table after another one', () => {
    const made = addColumn({ entity, form }, 'lines', 'x_note', { type: 'text' }, 'item')
    expect(made.form.layout.items).toMatchObject({ columns: ['item', 'x_note', 'amount'] })
    expect(Object.keys(made.entity.fields.lines?.fields ?? {})).toEqual(['item', 'x_note', 'amount'])
  })

  it('leaves out what is usual', () => {
    expect(fieldsAt(setSpan(form, 'b', 1), head)).toEqual({ a: {}, b: {} })
    expect(changeField(entity, { field: 'a' }, { label: undefined, required: true }).fields.a).toEqual({ type: 'text', required: true })
  })

  it('is made for an entity without one', () => {
    expect(Object.keys(formFor(entity, 'General').layout)).toEqual(['x_general', 'x_lines'])
  })
})

describe('a proposed name', () => {
  it('is made of the label and marked as the firm\'s own', () => {
    expect(proposeName('Port of loading', [])).toBe('x_port_of_loading')
    expect(proposeName('Größe (cm)', ['x_grosse_cm'])).toBe('x_gro_e_cm')
    expect(proposeName('Port', ['x_port'])).toBe('x_port_2')
    expect(proposeName('装运港', [], () => 'zhuang yun gang')).toBe('x_zhuang_yun_gang')
    expect(proposeName('装运港', [])).toBe('x_field')
    expect(proposeName('1st', [], undefined, false)).toBe('n_1st')
  })
})
