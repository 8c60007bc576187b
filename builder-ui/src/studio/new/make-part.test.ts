import { describe, expect, it } from 'vitest'
import type { Definition } from '@/model/definition'
import { menuFile } from './make-app'
import { makePart, makeRole, type Beside, type PartSpec } from './make-part'
import { words } from './words'

const fields = { name: { type: 'text' }, amount: { type: 'money' }, level: { type: 'choice', options: { a: 'A' } }, on: { type: 'date' }, lines: { type: 'lines', fields: { note: { type: 'text' } } } }
const entity = (more: Definition = {}): Definition => ({ kind: 'entity', name: 'visit', label: 'Visit', type: 'master', fields, ...more })
const clerk: Definition = { kind: 'role', name: 'clerk', can: { visit: { read: 'all', update: 'own' } } }
const reader: Definition = { kind: 'role', name: 'reader', can: { visit: { read: 'all' } } }
const around = (more: Partial<Beside> = {}): Beside => ({
  language: 'en', spell: (text) => text, words: words('en'), taken: [], views: ['visit'], entity: { file: 'trade/entities/visit.json', definition: entity() },
  texts: { file: 'trade/translations/zh_hans/entities/visit.json', definition: { kind: 'translations', name: 'visit', language: 'zh_hans', of: 'entity', texts: { label: '来访' } } },
  menus: [{ file: 'trade/menus/trade.json', definition: { kind: 'menu', name: 'trade', items: { office: { label: 'Office', items: { visits: { view: 'visit' }, other: { view: 'other' } } } } } }],
  roles: [{ file: 'trade/roles/clerk.json', definition: clerk }, { file: 'trade/roles/reader.json', definition: reader }], ...more,
})
const made = (spec: Partial<PartSpec>, more: Partial<Beside> = {}) => makePart({ kind: 'list', label: 'Open visits', ...spec }, around(more))

describe('a new list', () => {
  it('has the short fields for columns, and stands in the menu after what is there of its thing', () => {
    const { file, files } = made({ inMenu: true })
    expect(files[file]).toEqual({ kind: 'view', name: 'x_open_visits', label: 'Open visits', entity: 'visit', columns: ['name', 'amount', 'level', 'on'] })
    expect(Object.keys((files['trade/menus/trade.json'] as unknown as { items: { office: { items: object } } }).items.office.items)).toEqual(['visits', 'x_open_visits', 'other'])
  })
  it('is the list of its thing where that has none, and stands in the menu of the firm where the thing stands in none', () => {
    const { file, files } = made({ inMenu: true }, { views: [], menus: [] })
    expect(file).toBe('site/views/visit.json')
    expect(files[menuFile]).toMatchObject({ items: { apps: { items: { visit: { view: 'visit' } } } } })
  })
  it('may be a board by a choice, or a calendar by a day', () => {
    const board = made({ kind: 'kanban' })
    expect(board.files[board.file]).toMatchObject({ type: 'kanban', by: 'level', card: ['name', 'amount', 'on'] })
    const calendar = made({ kind: 'calendar' })
    expect(calendar.files[calendar.file]).toMatchObject({ type: 'calendar', from: 'on' })
  })
  it('is called in Chinese what a Chinese builder calls it', () => {
    const { files } = made({ label: '待接待' }, { language: 'zh_hans', spell: () => 'dai jie dai' })
    expect(files['site/translations/zh_hans/views/x_dai_jie_dai.json']).toMatchObject({ of: 'view', texts: { label: '待接待' } })
  })
})

describe('a new approval', () => {
  it('gives a thing without states the states and the action that it needs, in both languages, and the action to who changes it', () => {
    const { file, files } = made({ kind: 'approval', label: 'Visit approval' })
    expect(files[file]).toMatchObject({ kind: 'workflow', entity: 'visit', nodes: { start: { next: 'manager' } } })
    expect(files['trade/entities/visit.json']).toMatchObject({
      fields, lifecycle: { start: 'draft', transitions: { submit: { from: ['draft'], to: 'approving', workflow: 'x_visit_approval', outcomes: { approved: 'approved', rejected: 'rejected', returned: 'draft', withdrawn: 'draft', cancelled: 'draft' } } } },
    })
    expect(files['trade/translations/zh_hans/entities/visit.json']).toMatchObject({ texts: { label: '来访', 'lifecycle.states.approving.label': '审批中', 'lifecycle.transitions.submit.label': '提交' } })
    expect(files['trade/roles/clerk.json']).toMatchObject({ can: { visit: { update: 'own', transitions: ['submit'] } } })
    expect(files['trade/roles/reader.json']).toBeUndefined()
  })
  it('stands before an action that is there: what it led to is where the approved go', () => {
    const lifecycle = { start: 'open', states: { open: {}, done: {} }, transitions: { close: { label: 'Close', from: ['open'], to: 'done' } } }
    const { files } = made({ kind: 'approval', begins: 'close' }, { entity: { file: 'trade/entities/visit.json', definition: entity({ lifecycle }) }, roles: [] })
    expect(files['trade/entities/visit.json']).toMatchObject({ lifecycle: { states: { open: {}, done: {}, approving: { locked: true } }, transitions: { close: { label: 'Close', from: ['open'], to: 'approving', workflow: 'x_open_visits', outcomes: { approved: 'done', rejected: 'open', returned: 'open' } } } } })
  })
  it('tells the actions that ask for another approval where it can lead', () => {
    const lifecycle = { start: 'open', states: { open: {}, paid: {}, no: {}, asked: {} }, transitions: { submit: { from: ['open'], to: 'asked', workflow: 'other', outcomes: { paid: 'paid', rejected: 'no', withdrawn: 'open', cancelled: 'open' } } } }
    const { files } = made({ kind: 'approval' }, { entity: { file: 'trade/entities/visit.json', definition: entity({ lifecycle }) }, roles: [] })
    expect(files['trade/entities/visit.json']).toMatchObject({ lifecycle: { transitions: { submit: { outcomes: { approved: 'paid', paid: 'paid', rejected: 'no' } }, x_submit: { from: ['open'], to: 'approving', outcomes: { approved: 'x_approved', rejected: 'open' } } } } })
  })
})

describe('what else is new', () => {
  it('is a table that asks for the amount, or a role that may nothing', () => {
    const table = made({ kind: 'decision', label: 'Level' })
    expect(table.files[table.file]).toMatchObject({ kind: 'decision', entity: 'visit', inputs: { amount: 'amount' }, outputs: { level: { type: 'integer' } }, else: { level: 0 } })
    const role = makeRole('Guard', { language: 'en', spell: (text) => text, taken: ['x_guard'] })
    expect(role.files).toEqual({ 'site/roles/x_guard_2.json': { kind: 'role', name: 'x_guard_2', label: 'Guard', can: {} } })
  })
})
