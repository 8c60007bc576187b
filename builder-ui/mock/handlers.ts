/** The routes of the mock. State lives as long as the dev server. */
import type { LanguageCode } from '../src/model/app.ts'
import { appModel } from './model.ts'
import { computeQuotation, hoursAgo, tables, type Row } from './data.ts'

export interface Answer {
  status: number
  body: unknown
  type?: string
}
interface Ask {
  url: URL
  body: Record<string, unknown>
  parameters: string[]
  language: LanguageCode
  broadcast: (event: string, data: unknown) => void
}
type Handler = (ask: Ask) => Answer

const ok = (body: unknown, status = 200): Answer => ({ status, body })
const fail = (status: number, code: string, message = code, more: object = {}): Answer => ({ status, body: { error: { code, message, details: [] }, ...more } })

let signedIn: Row | null = null
let firstRun = process.env.MOCK_FIRST_RUN === '1'
let spoken: LanguageCode = 'en'
let bulk: Record<string, unknown> = {}
const keptViews: { views: Record<string, unknown>[]; choices: Record<string, string>; roles: { name: string; label: string }[] } = {
  views: [], choices: {}, roles: [{ name: 'sales_rep', label: 'Sales' }],
}
/** Forgets what people kept, for tests. */
export function forgetKept(): void {
  keptViews.views = []
  keptViews.choices = {}
}
const user = (id: unknown) => tables.user?.find((one) => one.id === id)

function session(): Answer {
  if (firstRun) return fail(409, 'first_run')
  if (!signedIn) return fail(401, 'unauthenticated')
  const department = tables.department?.find((one) => one.id === signedIn?.department)
  const roles = signedIn.roles as string[]
  return ok({
    user: { id: signedIn.id, name: signedIn.name, email: signedIn.email, language: spoken, roles, department: signedIn.department, department_title: department?.title, admin: roles.includes('it_admin') },
    csrf: 'mock', demo: true, company: 'Northwind Harbour Trading', language: spoken, version: 7,
  })
}

const cast: [string, string, string, string, string, string, string][] = [
  ['u1', 'sales_rep', 'Sales', '业务员', 'Writes quotations for her customers and submits them', '为自己的客户制作报价并提交审批', ''],
  ['u2', 'sales_manager', 'Sales manager', '销售经理', 'Approves what his team submits', '审批团队提交的报价', ''],
  ['u3', 'finance_manager', 'Finance manager', '财务经理', 'Decides on low margins and large amounts', '审批低毛利和大额报价', ''],
  ['u4', 'general_manager', 'General manager', '总经理', 'Has the last word on the largest deals', '对最大的订单作最终决定', ''],
  ['u5', 'it_admin', 'Administrator', '系统管理员', 'Looks after people, roles and imports', '管理人员、角色和数据导入', ''],
]

const titleOf = (id: unknown): string | undefined => {
  for (const rows of Object.values(tables)) {
    const row = rows.find((one) => one.id === id)
    if (row) return row.title
  }
  return undefined
}

function titles(rows: Record<string, unknown>[]): Record<string, string> {
  const found: Record<string, string> = {}
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(visit)
    else if (value && typeof value === 'object') Object.values(value).forEach(visit)
    else if (typeof value === 'string' && !found[value] && /^(01935f00-|[udp]\d$)/.test(value)) {
      const title = titleOf(value)
      if (title !== undefined) found[value] = title
    }
  }
  rows.forEach(visit)
  return found
}

function value(row: Record<string, unknown>, path: string): unknown {
  const [head = '', ...rest] = path.split('.')
  const direct = row[head]
  if (rest.length === 0) return direct
  for (const rows of Object.values(tables)) {
    const other = rows.find((one) => one.id === direct)
    if (other) return value(other, rest.join('.'))
  }
  return null
}

const comparable = (one: unknown): number | string => {
  if (typeof one === 'number') return one
  const text = String(one ?? '')
  return text !== '' && !Number.isNaN(Number(text)) ? Number(text) : text
}

function test(row: Row, filter: unknown): boolean {
  if (Array.isArray(filter)) {
    if (filter.length >= 2 && typeof filter[0] === 'string' && typeof filter[1] === 'string') {
      const [path, operator, wanted] = filter as [string, string, unknown]
      const actual = value(row, path)
      const a = comparable(actual)
      const b = comparable(wanted)
      const text = String(titleOf(actual) ?? actual ?? '').toLowerCase()
      switch (operator) {
        case '=': return wanted === null ? actual == null : String(actual) === String(wanted)
        case '!=': return wanted === null ? actual != null : String(actual) !== String(wanted)
        case '>': return actual != null && a > b
        case '>=': return actual != null && a >= b
        case '<': return actual != null && a < b
        case '<=': return actual != null && a <= b
        case 'in': return (wanted as unknown[]).some((one) => String(one) === String(actual))
        case 'not in': return !(wanted as unknown[]).some((one) => String(one) === String(actual))
        case 'contains': return Array.isArray(actual) ? actual.includes(wanted) : text.includes(String(wanted).toLowerCase())
        case 'starts': return text.startsWith(String(wanted).toLowerCase())
        case 'is null': return actual == null || actual === ''
        case 'is not null': return actual != null && actual !== ''
        default: return true
      }
    }
    return filter.every((part) => test(row, part))
  }
  if (filter && typeof filter === 'object') {
    const node = filter as Record<string, unknown>
    if (Array.isArray(node.all)) return node.all.every((part) => test(row, part))
    if (Array.isArray(node.any)) return node.any.some((part) => test(row, part))
    if (node.not) return !test(row, node.not)
  }
  return true
}

function select(entity: string, url: URL): Row[] {
  let rows = tables[entity] ?? []
  const view = url.searchParams.get('view')
  if (view === 'open_quotations') rows = rows.filter((row) => row.state === 'approved' || row.state === 'sent')
  const filter = url.searchParams.get('filter')
  if (filter) rows = rows.filter((row) => test(row, JSON.parse(filter)))
  const q = url.searchParams.get('q')?.toLowerCase()
  if (q) rows = rows.filter((row) => `${row.number ?? ''} ${row.title} ${row.name ?? ''} ${row.code ?? ''}`.toLowerCase().includes(q))
  rows = rows.filter((row) => (url.searchParams.get('deleted') === 'true') === Boolean(row.deleted_at))
  const sort = (url.searchParams.get('sort') ?? '').split(',').filter(Boolean)
  const show = (row: Row, path: string) => { const one = value(row, path); return comparable(titleOf(one) ?? one) }
  return rows.toSorted((left, right) => {
    for (const key of sort) {
      const path = key.replace('-', '')
      const a = show(left, path)
      const b = show(right, path)
      if (a !== b) return (a > b ? 1 : -1) * (key.startsWith('-') ? -1 : 1)
    }
    return 0
  })
}

function answerRecord(entity: string, row: Row, language: LanguageCode): Answer {
  const model = appModel(language).entities[entity]
  const locked = row.state && model?.lifecycle ? model.lifecycle.states[row.state as string]?.locked : false
  const transitions = Object.entries(model?.lifecycle?.transitions ?? {}).filter(([, one]) => one.from.includes(row.state as string)).map(([name]) => name)
  const task = tasks.find((one) => one.record === row.id)
  return ok({
    record: row, titles: titles([row]),
    can: { update: locked !== true, delete: !locked, transitions, fields: locked && locked !== true ? locked.except : 'all' },
    ...(row.state === 'approving' ? { instance: { id: `i-${row.id}`, workflow: 'quotation_approval', status: 'running' } } : {}),
    ...(task && row.state === 'approving' ? { task: { id: task.id, node: 'manager', label: task.label, verbs: ['approve', 'reject', 'return', 'transfer'], write: ['notes'], reason: { approve: 'optional', reject: 'required', return: 'required' } } } : {}),
  })
}

const tasks = (tables.quotation ?? []).filter((row) => row.state === 'approving').map((row, n) => ({
  id: `t${n}`, instance: `i-${row.id}`, node: 'manager', label: 'Sales manager', entity: 'quotation', record: row.id, title: row.title,
  initiator: row.owner, initiator_name: user(row.owner)?.name, created_at: hoursAgo([2, 5, 26, 31, 52, 75][n] ?? 90),
  summary: [{ label: 'Amount', field: 'amount', type: 'money', value: row.amount, currency: row.currency }, { label: 'Margin', field: 'margin', type: 'percent', value: row.margin }],
}))

interface Notice { id: string; kind: string; at: string; read_at: string | null; entity: string; record: unknown; title: string; about: Record<string, string> }
const notices: Notice[] = [
  { id: 'n1', kind: 'task', at: hoursAgo(0.3), read_at: null, entity: 'quotation', record: tasks[0]?.record, title: 'QT-202611-0317 Nordlicht', about: { initiator_name: 'Lin Wei', label: 'Sales manager', message: 'Sales manager waits for your decision' } },
  { id: 'n2', kind: 'mention', at: hoursAgo(3), read_at: null, entity: 'quotation', record: tasks[1]?.record, title: 'QT-202611-0311 Polder Home', about: { by_name: 'Anna Petersen', message: '@[Chen Hao](u2) can we go down to 3 % commission here?' } },
  { id: 'n3', kind: 'decided', at: hoursAgo(27), read_at: hoursAgo(20), entity: 'quotation', record: tables.quotation?.[12]?.id, title: 'QT-202611-0308 Lumina', about: { by_name: 'Zhao Min', outcome: 'approved', message: 'It ended: approved' } },
  { id: 'n4', kind: 'returned', at: hoursAgo(50), read_at: hoursAgo(49), entity: 'quotation', record: tables.quotation?.[13]?.id, title: 'QT-202611-0301 Fjordhus', about: { by_name: 'Zhao Min', label: 'Finance manager', reason: 'Which freight?' } },
]

interface Import { id: string; file: string; at: string; by_name: string; status: string; done: number; total: number; started: number; problems: unknown[]; problem_count: number; summary: Record<string, Record<string, number>>; import?: string | null; entity?: string }
const imports: Import[] = [
  { id: 'im1', file: 'customers-2026.xlsx', at: hoursAgo(50), by_name: 'Wu Kai', status: 'done', done: 420, total: 420, started: 0, problems: [], problem_count: 2, summary: { customer: { create: 412, update: 6, skip: 2, invalid: 0 } } },
  { id: 'im2', file: 'price list march.csv', at: hoursAgo(700), by_name: 'He Jing', status: 'undone', done: 96, total: 96, started: 0, problems: [], problem_count: 0, summary: { product: { create: 96, update: 0, skip: 0, invalid: 0 } } },
]
const rowProblems = [
  { row: 14, column: 'Country', code: 'not_found', message: 'No country “Deutschland”', value: 'Deutschland' },
  { row: 27, column: 'InvoiceDate', code: 'not_a_date', message: '“13/25/2010” is no date', value: '13/25/2010' },
  { row: 112, column: 'Quantity', code: 'number', message: '“twelve” is no number', value: 'twelve' },
  { row: 230, column: 'Customer ID', code: 'required', message: 'A customer is needed', value: null },
  { row: 231, column: 'Customer ID', code: 'required', message: 'A customer is needed', value: null },
]
function advance(one: Import): Import {
  if (one.status !== 'checking' && one.status !== 'running') return one
  const share = Math.min(1, (Date.now() - one.started) / 3000)
  one.done = Math.round(one.total * share)
  if (share < 1) return one
  one.status = one.status === 'checking' ? 'checked' : 'done'
  one.problems = rowProblems
  one.problem_count = 143
  one.summary = { customer: { create: 1201, update: 3, skip: 0, invalid: 0 }, product: { create: 2412, update: 0, skip: 0, invalid: 12 }, sales_order: { create: 2318, update: 0, skip: 0, invalid: 131 } }
  return one
}

const lookup: Handler = ({ url, body, parameters: [entity = ''] }) => {
  const q = String(body?.q ?? url.searchParams.get('q') ?? '').toLowerCase()
  const rows = (tables[entity] ?? []).filter((row) => `${row.title} ${row.number ?? ''} ${row.code ?? ''}`.toLowerCase().includes(q)).slice(0, Number(url.searchParams.get('limit') ?? 20))
  return ok({ rows: rows.map((row) => ({ id: row.id, title: row.title, ...(row.number ?? row.code ?? row.email ? { subtitle: row.number ?? row.code ?? row.email } : {}) })) })
}

export const handlers: [string, RegExp, Handler][] = [
  ['GET', /^\/api\/session$/, () => session()],
  ['POST', /^\/api\/session$/, ({ body }) => {
    const found = tables.user?.find((one) => one.email === body.email)
    if (!found || body.password !== 'demo') return fail(401, 'wrong_credentials', 'Wrong email or password')
    signedIn = found
    return session()
  }],
  ['DELETE', /^\/api\/session$/, () => { signedIn = null; return { status: 204, body: null } }],
  ['PATCH', /^\/api\/session$/, ({ body }) => { spoken = body.language as LanguageCode; return session() }],
  ['POST', /^\/api\/session\/password$/, ({ body }) => (body.old === 'demo' ? { status: 204, body: null } : fail(422, 'wrong_password'))],
  ['POST', /^\/api\/first_run$/, ({ body }) => { firstRun = false; spoken = body.language as LanguageCode; signedIn = user('u5') ?? null; return session() }],
  ['GET', /^\/api\/demo$/, ({ language }) => ok({ password: 'demo', people: cast.map(([key, role, label, zh, note, noteZh]) => ({ email: user(key)?.email, name: user(key)?.name, role, role_label: label, role_label_zh: zh, note: language === 'zh_hans' ? noteZh : note })) })],
  ['GET', /^\/api\/app$/, ({ url }) => ok(appModel((url.searchParams.get('language') as LanguageCode) ?? 'en'))],
  ['GET', /^\/api\/records\/(\w+)$/, ({ url, parameters: [entity = ''] }) => {
    const all = select(entity, url)
    const start = Number(url.searchParams.get('after') ?? 0)
    const limit = Number(url.searchParams.get('limit') ?? 50)
    const rows = all.slice(start, start + limit)
    const columns = url.searchParams.get('columns')?.split(',')
    const shaped = rows.map((row) => columns ? Object.fromEntries(['id', 'version', 'state', 'title', 'currency', ...columns].map((path) => [path, value(row, path) ?? null])) : row)
    const colors = entity === 'quotation' ? Object.fromEntries(rows.filter((row) => ['approved', 'sent'].includes(String(row.state)) && String(row.valid_until) < '2026-11-24').map((row) => [row.id, 'red'])) : {}
    return ok({ rows: shaped, titles: titles(shaped), next: start + limit < all.length ? String(start + limit) : null, colors })
  }],
  ['GET', /^\/api\/records\/(\w+)\/count$/, ({ url, parameters: [entity = ''] }) => ok({ count: select(entity, url).length, exact: true })],
  ['GET', /^\/api\/records\/(\w+)\/groups$/, ({ url, parameters: [entity = ''] }) => {
    const by = url.searchParams.get('by') ?? ''
    const groups = new Map<unknown, number>()
    for (const row of select(entity, url)) groups.set(row[by] ?? null, (groups.get(row[by] ?? null) ?? 0) + 1)
    return ok({ groups: [...groups].map(([value, count]) => ({ value, count })), titles: {}, more: false })
  }],
  ['POST', /^\/api\/records\/(\w+)\/bulk$/, ({ body, parameters: [entity = ''] }) => {
    const rows = (body.rows as { id: string }[]).map(({ id }, n) => {
      const row = tables[entity]?.find((one) => one.id === id)
      // The last of several is refused, so that one sees what that looks like.
      if (n > 0 && n === (body.rows as unknown[]).length - 1) return { id, title: row?.title, result: 'refused', code: 'locked', message: 'locked' }
      Object.assign(row ?? {}, body.set ?? {})
      return { id, title: row?.title, result: 'done' }
    })
    const refused = rows.filter((row) => row.result === 'refused').length
    bulk = { id: 'b1', entity, status: 'done', total: rows.length, done: rows.length - refused, refused, skipped: 0, undone: 0, kept: 0, undoable: true, rows, next: null }
    return ok(bulk)
  }],
  ['GET', /^\/api\/bulk\/[\w-]+$/, ({ url }) => ok({ ...bulk, rows: ((bulk.rows ?? []) as Row[]).filter((row) => !url.searchParams.get('result') || row.result === url.searchParams.get('result')) })],
  ['POST', /^\/api\/bulk\/[\w-]+\/undo$/, () => {
    bulk = { ...bulk, status: 'undone', undone: bulk.done, done: 0, undoable: false }
    return ok(bulk)
  }],
  ['GET', /^\/api\/views$/, () => ok(keptViews)],
  ['POST', /^\/api\/views$/, ({ body }) => {
    const settings = body.settings as { view: string }
    const id = (body.id as string | undefined) ?? `view-${keptViews.views.length + 1}`
    const entity = appModel('en').views[settings.view]?.entity ?? ''
    keptViews.views = [...keptViews.views.filter((one) => one.id !== id), { id, label: body.label, entity, version: 1, mine: true, owner: signedIn?.name, can_change: true, shared: body.shared ?? null, settings }]
    return ok({ ...keptViews, id }, 201)
  }],
  ['PATCH', /^\/api\/views\/choice$/, ({ body }) => {
    if (body.view) keptViews.choices[String(body.place)] = String(body.view)
    else delete keptViews.choices[String(body.place)]
    return ok(keptViews)
  }],
  ['PATCH', /^\/api\/views\/([\w-]+)$/, ({ body, parameters: [id] }) => {
    keptViews.views = keptViews.views.map((one) => (one.id === id ? { ...one, ...body, version: Number(body.version) + 1 } : one))
    return ok(keptViews)
  }],
  ['DELETE', /^\/api\/views\/([\w-]+)$/, ({ parameters: [id] }) => {
    keptViews.views = keptViews.views.filter((one) => one.id !== id)
    return ok(keptViews)
  }],
  ['GET', /^\/api\/records\/(\w+)\/lookup$/, lookup],
  ['POST', /^\/api\/records\/(\w+)\/lookup$/, lookup],
  ['POST', /^\/api\/records\/(\w+)\/draft$/, ({ url, body, parameters: [entity = ''] }) => {
    const row = structuredClone(body)
    if (entity === 'quotation') {
      const changed = url.searchParams.get('changed')
      const customer = tables.customer?.find((one) => one.id === row.customer)
      if (changed?.split(',').includes('customer') && customer) { row.currency = customer.currency; row.incoterm = customer.incoterm; row.payment_term = customer.payment_term }
      row.quote_date ??= '2026-11-21'; row.valid_until ??= '2026-12-21'; row.owner ??= signedIn?.id; row.state ??= 'draft'
      row.rate ??= ({ USD: '7.123400', EUR: '7.711200', GBP: '9.020100' } as Record<string, string>)[String(row.currency)] ?? null
      computeQuotation(row)
    }
    const incoterm = tables.incoterm?.find((one) => one.id === row.incoterm)
    const problems = incoterm?.freight_paid_by_seller && !Number(row.freight ?? 0) ? [{ path: 'freight', code: 'rule', message: `${incoterm.title} needs a freight`, level: 'error' }] : []
    return ok({ record: row, titles: titles([row]), problems })
  }],
  ['GET', /^\/api\/records\/(\w+)\/([\w-]+)\/preview$/, () => ok({ nodes: [
    { node: 'manager', label: 'Sales manager', kind: 'approval', mode: 'any', people: [{ id: 'u2', name: 'Chen Hao' }], reason: 'Amount is above CNY 200,000' },
    { node: 'finance', label: 'Finance manager', kind: 'approval', mode: 'all', people: [{ id: 'u3', name: 'Zhao Min' }], reason: 'Margin is below 10 %' },
  ], outcome: 'approved' })],
  ['GET', /^\/api\/records\/(\w+)\/([\w-]+)\/timeline$/, ({ parameters: [entity = '', id] }) => {
    const row = tables[entity]?.find((one) => one.id === id)
    return ok({ items: [
      { at: hoursAgo(1), by: 'u2', by_name: 'Chen Hao', kind: 'comment', text: '@[Lin Wei](u1) please check the freight again' },
      { at: hoursAgo(5), by: 'u1', by_name: 'Lin Wei', kind: 'transition', transition: 'submit', label: 'Submit', from: 'draft', to: 'approving' },
      { at: hoursAgo(6), by: 'u1', by_name: 'Lin Wei', kind: 'change', changes: [{ path: 'freight', label: 'Freight', old: null, new: '1850.00' }] },
      { at: row?.created_at, by: 'u1', by_name: 'Lin Wei', kind: 'create' },
    ], next: null })
  }],
  ['POST', /^\/api\/records\/(\w+)\/([\w-]+)\/comments$/, ({ body }) => ok({ at: hoursAgo(0), by: signedIn?.id, by_name: signedIn?.name, kind: 'comment', text: body.text }, 201)],
  ['POST', /^\/api\/records\/(\w+)\/([\w-]+)\/transitions\/(\w+)$/, ({ parameters: [entity = '', id, name = ''], language, broadcast }) => {
    const row = tables[entity]?.find((one) => one.id === id)
    const transition = appModel(language).entities[entity]?.lifecycle?.transitions[name]
    if (!row || !transition) return fail(404, 'not_found')
    row.state = transition.to
    row.version += 1
    broadcast('change', { entity, id, version: row.version })
    return answerRecord(entity, row, language)
  }],
  ['GET', /^\/api\/records\/(\w+)\/([\w-]+)$/, ({ parameters: [entity = '', id], language }) => {
    const row = tables[entity]?.find((one) => one.id === id)
    return row ? answerRecord(entity, row, language) : fail(404, 'not_found')
  }],
  ['POST', /^\/api\/records\/(\w+)$/, ({ body, parameters: [entity = ''], language }) => {
    const id = crypto.randomUUID()
    const number = entity === 'quotation' ? `QT-202611-${String(321 + Math.floor(Math.random() * 900)).padStart(4, '0')}` : null
    const row = { ...body, id, version: 1, number, state: entity === 'quotation' ? 'draft' : null, title: String(body.name ?? body.code ?? `${number} ${titleOf(body.customer)}`), created_at: hoursAgo(0), updated_at: hoursAgo(0) } as unknown as Row
    if (entity === 'quotation') computeQuotation(row)
    tables[entity] = [row, ...(tables[entity] ?? [])]
    return { ...answerRecord(entity, row, language), status: 201 }
  }],
  ['PATCH', /^\/api\/records\/(\w+)\/([\w-]+)$/, ({ body, parameters: [entity = '', id], language, broadcast }) => {
    const row = tables[entity]?.find((one) => one.id === id)
    if (!row) return fail(404, 'not_found')
    const { version, ...rest } = body
    // Line tables stand beside the fields, under their own names.
    const lines = Object.fromEntries(Object.entries(rest).filter(([, value]) => Array.isArray(value) && value.every((one) => typeof one === 'object')))
    const changes = Object.fromEntries(Object.entries(rest).filter(([name]) => !(name in lines)))
    if (version !== row.version) return fail(409, 'stale', 'Someone else has changed this', { current: row })
    Object.assign(row, changes, { version: row.version + 1, updated_at: hoursAgo(0) })
    for (const [table, list] of Object.entries((lines ?? {}) as Record<string, Record<string, unknown>[]>)) {
      const before = (row[table] ?? []) as Record<string, unknown>[]
      row[table] = list.map((line) => ({ ...before.find((one) => one.id === line.id), ...line, id: line.id ?? crypto.randomUUID() }))
    }
    if (entity === 'quotation') computeQuotation(row)
    broadcast('change', { entity, id, version: row.version })
    return answerRecord(entity, row, language)
  }],
  ['DELETE', /^\/api\/records\/(\w+)\/([\w-]+)$/, ({ parameters: [entity = '', id] }) => { const row = tables[entity]?.find((one) => one.id === id); if (row) row.deleted_at = hoursAgo(0); return { status: 204, body: null } }],
  ['GET', /^\/api\/tasks$/, () => ok({ rows: tasks, next: null })],
  ['GET', /^\/api\/tasks\/count$/, () => ok({ count: tasks.length })],
  ['POST', /^\/api\/tasks\/(\w+)\/(\w+)$/, ({ parameters: [id, verb], broadcast }) => {
    const index = tasks.findIndex((one) => one.id === id)
    const task = tasks[index]
    if (!task) return fail(409, 'task_done', 'Chen Hao approved this task')
    tasks.splice(index, 1)
    const row = tables.quotation?.find((one) => one.id === task.record)
    if (row && verb !== 'transfer') { row.state = verb === 'approve' ? 'approved' : 'draft'; row.version += 1 }
    broadcast('tasks', { count: tasks.length })
    return ok({ instance: { id: task.instance, status: 'running' } })
  }],
  ['GET', /^\/api\/instances$/, () => ok({ rows: [
    ...tasks.slice(0, 2).map((task) => ({ id: task.instance, workflow: 'quotation_approval', label: 'Quotation approval', entity: 'quotation', record: task.record, title: task.title, status: 'running', outcome: null, started_at: task.created_at, ended_at: null, waiting_for: [{ id: 'u3', name: 'Zhao Min', since: task.created_at }] })),
    ...(tables.quotation ?? []).slice(12, 15).map((row, n) => ({ id: `i-${row.id}`, workflow: 'quotation_approval', label: 'Quotation approval', entity: 'quotation', record: row.id, title: row.title, status: 'completed', outcome: n === 1 ? 'rejected' : 'approved', started_at: hoursAgo(100 + n * 20), ended_at: hoursAgo(60 + n * 20), waiting_for: [] })),
  ], next: null })],
  ['GET', /^\/api\/instances\/([\w-]+)$/, ({ parameters: [id] }) => ok({ id, workflow: 'quotation_approval', label: 'Quotation approval', entity: 'quotation', record: id?.slice(2), title: '', status: 'running', outcome: null, started_at: hoursAgo(5), waiting_for: [], nodes: [
    { node: 'start', label: 'Submitted', kind: 'start', entered_at: hoursAgo(5), left_at: hoursAgo(5), people: [{ id: 'u1', name: 'Lin Wei' }] },
    { node: 'manager', label: 'Sales manager', kind: 'approval', mode: 'any', entered_at: hoursAgo(5), people: [{ id: 'u2', name: 'Chen Hao', decision: null }] },
  ], next: { nodes: [{ node: 'finance', label: 'Finance manager', kind: 'approval', mode: 'all', people: [{ id: 'u3', name: 'Zhao Min' }], reason: 'Margin is below 10 %' }], outcome: 'approved' } })],
  ['POST', /^\/api\/instances\/([\w-]+)\/withdraw$/, () => ok({})],
  ['GET', /^\/api\/notifications$/, () => ok({ rows: notices, unread: notices.filter((one) => !one.read_at).length, next: null })],
  ['POST', /^\/api\/notifications\/read$/, ({ body }) => { const ids = body.ids as string[] | undefined; for (const one of notices) if (!ids || ids.includes(one.id)) one.read_at ??= hoursAgo(0); return { status: 204, body: null } }],
  ['GET', /^\/api\/roles$/, () => ok({ roles: cast.map(([key, name, en, zh, help, helpZh], n) => ({
    name, label: spoken === 'zh_hans' ? zh : en, help: spoken === 'zh_hans' ? helpZh : help, admin: name === 'it_admin', people: [{ id: key, name: user(key)?.name }],
    can: Object.fromEntries(['quotation', 'sales_order', 'customer', 'contact', 'product', 'exchange_rate', 'user'].map((entity, k) => [entity, { read: n === 0 ? (k < 2 ? 'own' : 'all') : n === 1 ? 'subtree' : 'all', create: (n + k) % 3 !== 2, update: n === 0 ? 'own' : n < 3 ? 'department' : k % 2 ? 'all' : false, delete: n === 4, transitions: entity === 'quotation' ? ['submit', 'send', 'accept'].slice(0, 3 - (n % 3)) : [], export: n !== 0, import: n === 4 }])),
  })) })],
  ['POST', /^\/api\/users\/([\w-]+)\/(password|leave)$/, ({ parameters: [id, what] }) => { const one = user(id); if (one && what === 'leave') one.active = false; return { status: 204, body: null } }],
  ['GET', /^\/api\/imports$/, () => ok({ rows: imports.map(advance) })],
  ['POST', /^\/api\/imports$/, ({ body }) => {
    const name = /filename="([^"]+)"/.exec(String(body.multipart ?? ''))?.[1] ?? 'upload.xlsx'
    const id = `im${imports.length + 1}`
    imports.unshift({ id, file: name, at: hoursAgo(0), by_name: String(signedIn?.name ?? ''), status: 'uploaded', done: 0, total: 49999, started: 0, problems: [], problem_count: 0, summary: {} })
    return ok({ id, file: name, sheets: ['Year 2009-2010', 'Notes'], sheet: 'Year 2009-2010', remembered: null, headings: ['Invoice', 'StockCode', 'Description', 'Quantity', 'InvoiceDate', 'Price', 'Customer ID', 'Country'], sample: [
      ['489434', '85048', '15CM CHRISTMAS GLASS BALL 20 LIGHTS', '12', '2009-12-01 07:45', '6.95', '13085', 'United Kingdom'],
      ['489434', '79323P', 'PINK CHERRY LIGHTS', '12', '2009-12-01 07:45', '6.75', '13085', 'United Kingdom'],
      ['C489449', '22087', 'PAPER BUNTING WHITE LACE', '-12', '2009-12-01 10:33', '2.95', '16321', 'Australia'],
    ], suggestion: { entity: 'product', columns: { StockCode: 'code', Description: 'name', Price: 'purchase_price' } }, imports: [{ name: 'online_retail', label: 'Online retail ledger → customers, products, orders' }] })
  }],
  ['GET', /^\/api\/imports\/(\w+)$/, ({ parameters: [id] }) => { const one = imports.find((item) => item.id === id); return one ? ok(advance(one)) : fail(404, 'not_found') }],
  ['POST', /^\/api\/imports\/(\w+)\/(dry_run|run|undo)$/, ({ parameters: [id, what] }) => {
    const one = imports.find((item) => item.id === id)
    if (!one) return fail(404, 'not_found')
    one.status = what === 'dry_run' ? 'checking' : what === 'run' ? 'running' : 'undone'
    one.started = Date.now()
    one.done = 0
    return ok(one)
  }],
  ['GET', /^\/api\/export\/(\w+)\.csv$/, ({ url, parameters: [entity = ''] }) => {
    const rows = select(entity, url)
    if (url.searchParams.has('check')) return { status: 200, body: { rows: rows.length, most: 200_000, reason: false } }
    return { status: 200, type: 'text/csv', body: rows.map((row) => row.title).join('\n') }
  }],
]
