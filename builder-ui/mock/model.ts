/** The app model of a small trade pack, as the server would send it. */
import type { AppModel, ChoiceOption, Color, EntityModel, Field, FormPart, LanguageCode, Lifecycle, View, ViewColumn } from '../src/model/app.ts'

type Text = [en: string, zh: string]
type Draft = Partial<Field> & { type: Field['type']; text: Text; choices?: [string, string, string, Color?][]; columns?: Record<string, Draft> }

const money = (text: Text, more: Partial<Draft> = {}): Draft => ({ type: 'money', text, scale: 2, currency: ['field', 'doc', 'currency', 'plain'], ...more })
const ref = (to: string, text: Text, more: Partial<Draft> = {}): Draft => ({ type: 'reference', to, text, ...more })
const computed = { writable: false, formula: ['server'], server: true }
const cell = (name: string) => ['field', 'bare', name, 'decimal']
const lineAmount = ['call', 'round', [['*', ['*', cell('quantity'), cell('unit_price')], ['-', ['literal', 1, 'integer'], ['??', cell('discount'), ['literal', 0, 'integer']]]], ['literal', 2, 'integer']]]
const total = ['aggregate', 'sum', ['lines', 'bare', 'lines'], ['field', ['slot', 0], 'amount', 'decimal']]

const levels: [string, string, string, Color?][] = [
  ['a', 'A — key account', 'A — 重点客户', 'green'],
  ['b', 'B — regular', 'B — 一般客户', 'blue'],
  ['c', 'C — new', 'C — 新客户', 'grey'],
]
const regions: [string, string, string, Color?][] = [
  ['europe', 'Europe', '欧洲'], ['north_america', 'North America', '北美'], ['latin_america', 'Latin America', '拉美'],
  ['middle_east', 'Middle East', '中东'], ['africa', 'Africa', '非洲'], ['southeast_asia', 'Southeast Asia', '东南亚'],
]

interface EntityDraft {
  label: Text
  plural: Text
  type: EntityModel['type']
  numbered?: boolean
  title?: string
  help?: Text
  can?: Partial<EntityModel['can']>
  fields: Record<string, Draft>
  form?: (t: (text: Text) => string) => FormPart[]
  list: string[]
  sort?: string[]
  lifecycle?: (t: (text: Text) => string) => Lifecycle
}

const person = { type: 'user', to: 'user' } as const
const entities: Record<string, EntityDraft> = {
  quotation: {
    label: ['Quotation', '报价单'], plural: ['Quotations', '报价单'], type: 'document', numbered: true,
    fields: {
      customer: ref('customer', ['Customer', '客户'], { required: true }),
      contact: ref('contact', ['Contact', '联系人']),
      owner: { ...person, text: ['Owner', '负责人'] },
      department: { type: 'department', to: 'department', text: ['Department', '部门'] },
      quote_date: { type: 'date', text: ['Quote date', '报价日期'], required: true },
      valid_until: { type: 'date', text: ['Valid until', '有效期至'] },
      currency: { type: 'currency', text: ['Currency', '币种'], required: true },
      rate: { type: 'decimal', scale: 6, text: ['Rate', '汇率'], help: ['Middle rate of the quote date, as long as this is a draft', '草稿期间取报价日中间价'] as unknown as string },
      incoterm: ref('incoterm', ['Incoterm', '贸易术语'], { required: true }),
      payment_term: { type: 'text', text: ['Payment term', '付款条件'] },
      freight: money(['Freight', '运费']),
      insurance_rate: { type: 'percent', scale: 4, display: 2, text: ['Insurance rate', '保险费率'] },
      commission_pct: { type: 'percent', scale: 4, display: 2, text: ['Commission', '佣金'] },
      lines: {
        type: 'lines', text: ['Lines', '明细'], min: 1,
        columns: {
          product: ref('product', ['Product', '产品'], { required: true }),
          description: { type: 'text', text: ['Description', '描述'] },
          quantity: { type: 'decimal', scale: 3, display: 0, text: ['Quantity', '数量'], required: true, above: 0 },
          unit: { type: 'text', text: ['Unit', '单位'] },
          unit_price: money(['Unit price', '单价'], { scale: 4, display: 2, required: true }),
          discount: { type: 'percent', scale: 4, display: 1, text: ['Discount', '折扣'] },
          amount: money(['Amount', '金额'], { writable: false, formula: lineAmount, server: false }),
          unit_cost: money(['Unit cost', '单位成本'], { ...computed, scale: 4 }),
        },
      },
      amount: money(['Amount', '金额'], { writable: false, formula: total, server: false }),
      amount_cny: money(['Amount (CNY)', '人民币金额'], { ...computed, currency: ['setting', 'base_currency', 'plain'] }),
      premium: money(['Premium', '保险费'], computed),
      fob_net: money(['FOB net', 'FOB 净值'], computed),
      profit: money(['Profit', '利润'], { ...computed, currency: ['setting', 'base_currency', 'plain'] }),
      margin: { type: 'percent', scale: 8, display: 2, text: ['Margin', '毛利率'], ...computed },
      notes: { type: 'long_text', text: ['Notes', '备注'] },
    },
    list: ['number', 'customer', 'amount', 'margin', 'state', 'valid_until', 'owner', 'quote_date'],
    sort: ['-quote_date'],
    form: (t) => [
      { key: 'head', kind: 'section', label: t(['Customer', '客户']), columns: 3, fields: [{ name: 'customer', span: 2 }, { name: 'contact', span: 1 }, { name: 'quote_date', span: 1 }, { name: 'valid_until', span: 1 }, { name: 'owner', span: 1 }] },
      { key: 'terms', kind: 'section', label: t(['Terms', '条款']), columns: 3, fields: ['incoterm', 'currency', 'rate', 'freight', 'insurance_rate', 'commission_pct', 'payment_term'].map((name) => ({ name, span: 1 })) },
      { key: 'items', kind: 'lines', lines: 'lines', line_columns: ['product', 'quantity', 'unit', 'unit_price', 'discount', 'amount'], totals: ['amount'] },
      { key: 'result', kind: 'section', label: t(['Result', '核算']), columns: 3, fields: ['amount_cny', 'premium', 'fob_net', 'profit', 'margin'].map((name) => ({ name, span: 1 })) },
      { key: 'more', kind: 'tabs', tabs: [
        { key: 'notes', label: t(['Notes', '备注']), fields: [{ name: 'notes', span: 1 }] },
        { key: 'related', label: t(['Orders', '订单']), related: { entity: 'sales_order', by: 'quotation', columns: ['number', 'customer', 'amount', 'state'] } },
      ] },
    ],
    lifecycle: (t) => ({
      start: 'draft',
      states: {
        draft: { label: t(['Draft', '草稿']), color: 'grey', locked: false, final: false },
        approving: { label: t(['In approval', '审批中']), color: 'amber', locked: true, final: false },
        approved: { label: t(['Approved', '已批准']), color: 'green', locked: { except: ['notes'] }, final: false },
        sent: { label: t(['Sent', '已发送']), color: 'blue', locked: { except: ['notes'] }, final: false },
        accepted: { label: t(['Accepted', '已接受']), color: 'green', locked: true, final: true },
        declined: { label: t(['Declined', '已拒绝']), color: 'red', locked: false, final: true },
      },
      transitions: {
        submit: { label: t(['Submit', '提交审批']), from: ['draft'], to: 'approving', workflow: true, requires: ['lines', 'valid_until'] },
        send: { label: t(['Mark as sent', '标记已发送']), from: ['approved'], to: 'sent', requires: [] },
        accept: { label: t(['Accept', '客户接受']), from: ['approved', 'sent'], to: 'accepted', requires: [], confirm: true },
        decline: { label: t(['Decline', '客户拒绝']), from: ['approved', 'sent'], to: 'declined', requires: [] },
      },
    }),
  },
  sales_order: {
    label: ['Sales order', '销售订单'], plural: ['Sales orders', '销售订单'], type: 'document', numbered: true,
    can: { create: false },
    fields: {
      customer: ref('customer', ['Customer', '客户'], { required: true }), quotation: ref('quotation', ['Quotation', '报价单']),
      order_date: { type: 'date', text: ['Order date', '订单日期'] }, currency: { type: 'currency', text: ['Currency', '币种'] },
      amount: money(['Amount', '金额'], computed),
    },
    list: ['number', 'customer', 'amount', 'order_date', 'quotation'], sort: ['-order_date'],
  },
  customer: {
    label: ['Customer', '客户'], plural: ['Customers', '客户'], type: 'master', numbered: true, title: 'name',
    fields: {
      name: { type: 'text', text: ['Name', '名称'], required: true }, name_local: { type: 'text', text: ['Local name', '本地名称'] },
      country: ref('country', ['Country', '国家'], { required: true }),
      region: { type: 'choice', text: ['Region', '区域'], choices: regions },
      level: { type: 'choice', text: ['Level', '等级'], required: true, choices: levels },
      owner: { ...person, text: ['Account manager', '客户经理'] },
      currency: { type: 'currency', text: ['Currency', '币种'] }, incoterm: ref('incoterm', ['Incoterm', '贸易术语']),
      payment_term: { type: 'text', text: ['Payment term', '付款条件'] },
      credit_limit: money(['Credit limit', '信用额度']), website: { type: 'url', text: ['Website', '网站'] },
      email: { type: 'email', text: ['Email', '邮箱'] }, phone: { type: 'phone', text: ['Phone', '电话'] },
      blocked: { type: 'boolean', text: ['Blocked', '冻结'] },
      address: { type: 'long_text', text: ['Address', '地址'] },
    },
    list: ['number', 'name', 'country', 'region', 'level', 'credit_limit', 'owner', 'blocked'], sort: ['name'],
  },
  contact: {
    label: ['Contact', '联系人'], plural: ['Contacts', '联系人'], type: 'master', title: 'name',
    fields: {
      name: { type: 'text', text: ['Name', '姓名'], required: true }, customer: ref('customer', ['Customer', '客户'], { required: true }),
      email: { type: 'email', text: ['Email', '邮箱'] }, phone: { type: 'phone', text: ['Phone', '电话'] },
      decides: { type: 'boolean', text: ['Decides', '决策人'] },
    },
    list: ['name', 'customer', 'email', 'phone', 'decides'], sort: ['name'],
  },
  product: {
    label: ['Product', '产品'], plural: ['Products', '产品'], type: 'master', title: 'name',
    fields: {
      code: { type: 'text', text: ['Code', '编码'], required: true, unique: true }, name: { type: 'text', text: ['Name', '名称'], required: true },
      category: { type: 'choice', text: ['Category', '类别'], choices: [['lighting', 'Lighting', '灯具', 'amber'], ['kitchen', 'Kitchen', '厨具', 'green'], ['tools', 'Tools', '工具', 'blue'], ['textile', 'Textile', '家纺', 'purple']] },
      unit: { type: 'text', text: ['Unit', '单位'] }, hs_code: { type: 'text', text: ['HS code', '海关编码'] },
      purchase_price: money(['Purchase price', '采购价'], { scale: 4, display: 2 }), refund_rate: { type: 'percent', scale: 4, display: 0, text: ['Refund rate', '退税率'] },
    },
    list: ['code', 'name', 'category', 'unit', 'hs_code', 'purchase_price', 'refund_rate'], sort: ['code'],
  },
  country: { label: ['Country', '国家'], plural: ['Countries', '国家'], type: 'setup', title: 'name', fields: { code: { type: 'text', text: ['Code', '代码'] }, name: { type: 'text', text: ['Name', '名称'], required: true } }, list: ['code', 'name'] },
  currency: { label: ['Currency', '币种'], plural: ['Currencies', '币种'], type: 'setup', title: 'code', fields: { code: { type: 'text', text: ['Code', '代码'], required: true }, name: { type: 'text', text: ['Name', '名称'] }, decimals: { type: 'integer', text: ['Decimals', '小数位'] } }, list: ['code', 'name', 'decimals'] },
  incoterm: { label: ['Incoterm', '贸易术语'], plural: ['Incoterms', '贸易术语'], type: 'setup', title: 'code', fields: { code: { type: 'text', text: ['Code', '代码'], required: true }, name: { type: 'text', text: ['Name', '名称'] }, freight_paid_by_seller: { type: 'boolean', text: ['Seller pays freight', '卖方付运费'] } }, list: ['code', 'name', 'freight_paid_by_seller'] },
  exchange_rate: { label: ['Exchange rate', '汇率'], plural: ['Exchange rates', '汇率'], type: 'setup', fields: { currency: { type: 'currency', text: ['Currency', '币种'] }, rate_date: { type: 'date', text: ['Date', '日期'] }, rate: { type: 'decimal', scale: 6, text: ['Rate', '汇率'] } }, list: ['currency', 'rate_date', 'rate'], sort: ['-rate_date'] },
  user: {
    label: ['Person', '人员'], plural: ['People', '人员'], type: 'master', title: 'name',
    fields: {
      name: { type: 'text', text: ['Name', '姓名'], required: true }, email: { type: 'email', text: ['Email', '邮箱'], unique: true },
      language: { type: 'choice', text: ['Language', '语言'], choices: [['en', 'English', 'English'], ['zh_hans', '简体中文', '简体中文']] },
      department: { type: 'department', to: 'department', text: ['Department', '部门'] }, position: ref('position', ['Position', '岗位'], { type: 'position' }),
      manager: { ...person, text: ['Manager', '上级'] },
      roles: { type: 'multi_choice', text: ['Roles', '角色'], choices: [['sales_rep', 'Sales', '业务员'], ['sales_manager', 'Sales manager', '销售经理'], ['finance_manager', 'Finance manager', '财务经理'], ['general_manager', 'General manager', '总经理'], ['it_admin', 'Administrator', '系统管理员']] },
      active: { type: 'boolean', text: ['Active', '在职'] }, phone: { type: 'phone', text: ['Phone', '电话'] },
    },
    list: ['name', 'email', 'department', 'position', 'manager', 'roles', 'active'], sort: ['name'],
  },
  department: { label: ['Department', '部门'], plural: ['Departments', '部门'], type: 'master', title: 'name', fields: { name: { type: 'text', text: ['Name', '名称'], required: true }, parent: { type: 'department', to: 'department', text: ['Part of', '上级部门'] }, head: { ...person, text: ['Head', '负责人'] } }, list: ['name', 'parent', 'head'] },
  position: { label: ['Position', '岗位'], plural: ['Positions', '岗位'], type: 'master', title: 'name', fields: { name: { type: 'text', text: ['Name', '名称'], required: true } }, list: ['name'] },
}

export const definitions = entities

function toField(name: string, draft: Draft, t: (text: Text) => string): Field {
  const { text, choices, columns, help, ...rest } = draft
  const options: ChoiceOption[] | undefined = choices?.map(([value, en, zh, color]) => ({ value, label: t([en, zh]), ...(color ? { color } : {}) }))
  return {
    name, label: t(text), required: false, unique: false, writable: true, server: false, ...rest,
    ...(help ? { help: t(help as unknown as Text) } : {}),
    ...(options ? { options } : {}),
    ...(columns ? { fields: Object.fromEntries(Object.entries(columns).map(([key, column]) => [key, toField(key, column, t)])) } : {}),
  }
}

export function appModel(language: LanguageCode): AppModel {
  const t = ([en, zh]: Text) => (language === 'zh_hans' ? zh : en)
  const models: Record<string, EntityModel> = {}
  const views: Record<string, View> = {}
  for (const [name, draft] of Object.entries(entities)) {
    const fields = Object.fromEntries(Object.entries(draft.fields).map(([key, field]) => [key, toField(key, field, t)]))
    const lifecycle = draft.lifecycle?.(t)
    models[name] = {
      name, label: t(draft.label), label_plural: t(draft.plural), type: draft.type, numbered: draft.numbered ?? false,
      ...(draft.title ? { title_field: draft.title } : {}), ...(draft.help ? { help: t(draft.help) } : {}),
      can: { create: true, import: true, export: true, delete: true, ...draft.can },
      fields, ...(lifecycle ? { lifecycle } : {}), rules: {}, lets: {}, order: name === 'quotation' ? [{ target: 'line:lines.amount' }, { target: 'field:amount' }] : [], default_view: `${name}`,
      form: { layout: draft.form?.(t) ?? [{ key: 'main', kind: 'section', columns: 2, fields: Object.keys(fields).map((key) => ({ name: key, span: 1 })) }] },
    }
    const column = (path: string): ViewColumn => {
      if (path === 'number') return { path, label: t(['Number', '编号']), type: 'text' }
      if (path === 'state') return { path, label: t(['State', '状态']), type: 'choice', options: Object.entries(lifecycle?.states ?? {}).map(([value, state]) => ({ value, label: state.label, ...(state.color ? { color: state.color } : {}) })) }
      const field = fields[path]
      if (!field) return { path, label: path, type: 'text' }
      const { label, type, scale, display, to, options, currency } = field
      return { path, label, type, ...(scale === undefined ? {} : { scale }), ...(display === undefined ? {} : { display }), ...(to ? { to } : {}), ...(options ? { options } : {}), ...(currency ? { currency } : {}) }
    }
    views[`${name}`] = { name: `${name}`, label: t(draft.plural), entity: name, type: 'list', columns: draft.list.map(column), sort: draft.sort ?? [], ...(name === 'quotation' ? { color: [{ color: 'red', when: {} }] } : {}) }
  }
  const open = views.quotation
  if (open) views.open_quotations = { ...open, name: 'open_quotations', label: t(['Open quotations', '有效报价']) }
  return {
    version: 7, language, languages: [{ code: 'en', label: 'English' }, { code: 'zh_hans', label: '简体中文' }],
    company: 'Northwind Harbour Trading', zone: 'Asia/Shanghai', entities: models, views,
    menu: [
      { key: 'sales', label: t(['Sales', '销售']), icon: 'briefcase', items: [
        { key: 'quotations', label: t(['Quotations', '报价单']), icon: 'document', entity: 'quotation', view: 'quotation' },
        { key: 'open', label: t(['Open quotations', '有效报价']), icon: 'list', view: 'open_quotations', entity: 'quotation' },
        { key: 'orders', label: t(['Sales orders', '销售订单']), icon: 'cart', entity: 'sales_order' },
        { key: 'customers', label: t(['Customers', '客户']), icon: 'people', entity: 'customer' },
        { key: 'contacts', label: t(['Contacts', '联系人']), icon: 'person', entity: 'contact' },
      ] },
      { key: 'products', label: t(['Products', '产品']), icon: 'box', items: [{ key: 'product', label: t(['Products', '产品']), icon: 'box', entity: 'product' }] },
      { key: 'setup', label: t(['Basic data', '基础资料']), icon: 'settings', items: [
        { key: 'rates', label: t(['Exchange rates', '汇率']), icon: 'money', entity: 'exchange_rate' },
        { key: 'currencies', label: t(['Currencies', '币种']), icon: 'money', entity: 'currency' },
        { key: 'incoterms', label: t(['Incoterms', '贸易术语']), icon: 'ship', entity: 'incoterm' },
        { key: 'countries', label: t(['Countries', '国家']), icon: 'globe', entity: 'country' },
      ] },
    ],
    settings: { base_currency: 'CNY', quote_valid_days: 30, margin_floor: '0.08' },
  }
}
