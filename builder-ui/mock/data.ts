/** Records of a small trading firm, made from a fixed seed so that a screenshot today equals one tomorrow. */
export type Row = Record<string, unknown> & { id: string; version: number; title: string }

let state = 20261121
function random(): number {
  state = (state * 1664525 + 1013904223) % 4294967296
  return state / 4294967296
}
const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T
const between = (low: number, high: number) => low + random() * (high - low)
const day = (offset: number) => new Date(Date.UTC(2026, 10, 21 + offset)).toISOString().slice(0, 10)
const moment = (hours: number) => new Date(Date.now() - hours * 3_600_000).toISOString()
const id = (kind: string, n: number) => `01935f00-${kind.padEnd(4, '0').slice(0, 4).replace(/[^0-9a-f]/g, 'e')}-7000-8000-${String(n).padStart(12, '0')}`

export const tables: Record<string, Row[]> = {}
const base = (key: string, title: string) => ({ id: key, version: 1, state: null, number: null, title, created_at: moment(900), created_by: 'u1', updated_at: moment(30), updated_by: 'u1', deleted_at: null })

const currencies = [['USD', 'US dollar', 2], ['EUR', 'Euro', 2], ['GBP', 'Pound sterling', 2], ['CNY', 'Renminbi', 2], ['JPY', 'Japanese yen', 0]] as const
tables.currency = currencies.map(([code, name, decimals], n) => ({ ...base(id('cc', n), code), code, name, decimals }))
const terms = [['FOB', 'Free on board', false], ['CIF', 'Cost, insurance and freight', true], ['CFR', 'Cost and freight', true], ['EXW', 'Ex works', false], ['DDP', 'Delivered duty paid', true]] as const
tables.incoterm = terms.map(([code, name, freight_paid_by_seller], n) => ({ ...base(id('1c', n), code), code, name, freight_paid_by_seller }))
const countries = [['DE', 'Germany', 'europe'], ['FR', 'France', 'europe'], ['GB', 'United Kingdom', 'europe'], ['US', 'United States', 'north_america'], ['MX', 'Mexico', 'latin_america'], ['BR', 'Brazil', 'latin_america'], ['AE', 'United Arab Emirates', 'middle_east'], ['ZA', 'South Africa', 'africa'], ['VN', 'Vietnam', 'southeast_asia'], ['NO', 'Norway', 'europe']] as const
tables.country = countries.map(([code, name], n) => ({ ...base(id('c0', n), name), code, name }))
const departments = [['d1', 'Head office', null, 'u4'], ['d2', 'Sales', 'd1', 'u2'], ['d3', 'Sales Europe', 'd2', 'u2'], ['d4', 'Sales Americas', 'd2', 'u7'], ['d5', 'Finance', 'd1', 'u3'], ['d6', 'Purchasing', 'd1', 'u8'], ['d7', 'IT', 'd1', 'u5']] as const
tables.department = departments.map(([key, name, parent, head]) => ({ ...base(key, name), name, parent, head }))
tables.position = [['p1', 'Sales representative'], ['p2', 'Sales manager'], ['p3', 'Finance manager'], ['p4', 'General manager'], ['p5', 'Administrator'], ['p6', 'Buyer']].map(([key, name]) => ({ ...base(key as string, name as string), name }))
const people = [
  ['u1', 'Lin Wei', '林薇', 'd3', 'p1', 'u2', ['sales_rep']], ['u2', 'Chen Hao', '陈浩', 'd2', 'p2', 'u4', ['sales_manager']], ['u3', 'Zhao Min', '赵敏', 'd5', 'p3', 'u4', ['finance_manager']],
  ['u4', 'Sun Jianguo', '孙建国', 'd1', 'p4', null, ['general_manager']], ['u5', 'Wu Kai', '吴凯', 'd7', 'p5', 'u4', ['it_admin']], ['u6', 'Anna Petersen', 'Anna Petersen', 'd3', 'p1', 'u2', ['sales_rep']],
  ['u7', 'Marco Silva', 'Marco Silva', 'd4', 'p2', 'u2', ['sales_rep', 'sales_manager']], ['u8', 'He Jing', '何静', 'd6', 'p6', 'u4', ['buyer']],
] as const
tables.user = people.map(([key, name, , department, position, manager, roles]) => ({ ...base(key, name), name, email: `${name.toLowerCase().replace(/ /g, '.')}@northwind.example`, language: 'en', department, position, manager, roles: [...roles], active: key !== 'u8', phone: `+86 574 8700 ${1000 + key.charCodeAt(1)}` }))

const first = ['Hansa', 'Nordlicht', 'Atlantic', 'Rheinland', 'Bellevue', 'Kingsway', 'Harbour', 'Pacific', 'Sierra', 'Lusitania', 'Al Noor', 'Table Bay', 'Mekong', 'Fjord', 'Maple', 'Cardinal', 'Orchard', 'Silverline', 'Old Mill', 'Lighthouse']
const second = ['Import', 'Trading', 'Home & Living', 'Retail Group', 'Wholesale', 'Distribution', 'Interiors', 'Hardware', 'Lighting', 'Commerce']
const form = ['GmbH', 'SARL', 'Ltd', 'Inc.', 'S.A.', 'AS', 'B.V.', 'LLC']
tables.customer = Array.from({ length: 180 }, (_, n) => {
  const country = Math.floor(random() * countries.length)
  const name = `${first[n % first.length]} ${second[Math.floor(n / 3) % second.length]} ${pick(form)}`
  return {
    ...base(id('cd', n), name), number: `CUS-${String(n + 1).padStart(5, '0')}`, name, country: id('c0', country), region: countries[country]?.[2], level: pick(['a', 'b', 'b', 'c', 'c']),
    owner: pick(['u1', 'u6', 'u7']), currency: currencies[n % 3]?.[0], incoterm: id('1c', n % 5), payment_term: pick(['30% deposit, balance against B/L', 'L/C at sight', 'O/A 60 days']),
    credit_limit: String(Math.round(between(5, 150)) * 10000), website: `https://www.${name.split(' ')[0]?.toLowerCase()}.example`, email: `buying@${name.split(' ')[0]?.toLowerCase()}.example`, phone: '+49 40 5550 123', blocked: n % 37 === 5, address: null, name_local: null,
  }
})
tables.contact = Array.from({ length: 120 }, (_, n) => {
  const name = `${pick(['Julia', 'Pierre', 'Emma', 'John', 'Carlos', 'Fatima', 'Thandi', 'Linh', 'Ingrid', 'Tom'])} ${pick(['Becker', 'Moreau', 'Clarke', 'Miller', 'Ramos', 'Haddad', 'Nkosi', 'Tran', 'Berg', 'Fischer'])}`
  return { ...base(id('ca', n), name), name, customer: id('cd', n), email: `${name.split(' ')[0]?.toLowerCase()}@buyer.example`, phone: null, decides: n % 3 === 0 }
})
const goods = ['LED floodlight 50 W', 'Garden lantern, solar', 'Cast-iron pan 28 cm', 'Bamboo cutting board', 'Cordless drill 18 V', 'Socket wrench set, 46 pieces', 'Linen tablecloth 140×220', 'Throw blanket, wool mix', 'Pendant lamp, rattan', 'Kettle, stainless 1.7 l', 'Claw hammer 450 g', 'Cushion cover 45×45']
const categories = ['lighting', 'lighting', 'kitchen', 'kitchen', 'tools', 'tools', 'textile', 'textile', 'lighting', 'kitchen', 'tools', 'textile']
tables.product = Array.from({ length: 96 }, (_, n) => {
  const name = `${goods[n % 12]}${n >= 12 ? `, ${pick(['black', 'white', 'natural', 'grey', 'green', 'brass'])}` : ''}`
  return { ...base(id('bd', n), name), code: `${(categories[n % 12] ?? 'x').slice(0, 2).toUpperCase()}-${1000 + n}`, name, category: categories[n % 12], unit: n % 12 === 5 ? 'set' : 'pc', hs_code: String(9405110000 + n), purchase_price: between(8, 190).toFixed(4), refund_rate: '0.13' }
})
tables.exchange_rate = Array.from({ length: 60 }, (_, n) => ({ ...base(id('ee', n), ''), currency: currencies[n % 3]?.[0], rate_date: day(-Math.floor(n / 3) * 30), rate: ([7.12, 7.71, 9.02][n % 3] as number * between(0.98, 1.02)).toFixed(6) }))

export function computeQuotation(row: Record<string, unknown>): void {
  const lines = Array.isArray(row.lines) ? (row.lines as Record<string, unknown>[]) : []
  let amount = 0
  let cost = 0
  for (const line of lines) {
    const quantity = Number(line.quantity ?? 0)
    const product = tables.product?.find((one) => one.id === line.product)
    line.amount = (quantity * Number(line.unit_price ?? 0) * (1 - Number(line.discount ?? 0))).toFixed(2)
    line.unit ??= product?.unit ?? null
    line.unit_cost = (Number(product?.purchase_price ?? 0) * 0.89).toFixed(4)
    amount += Number(line.amount)
    cost += Number(line.unit_cost) * quantity
  }
  const rate = Number(row.rate ?? 0)
  row.amount = amount.toFixed(2)
  row.amount_cny = (amount * rate).toFixed(2)
  row.premium = (amount * 1.1 * Number(row.insurance_rate ?? 0)).toFixed(2)
  const net = amount - Number(row.freight ?? 0) - Number(row.premium) - amount * Number(row.commission_pct ?? 0)
  row.fob_net = net.toFixed(2)
  row.profit = (net * rate - cost).toFixed(2)
  row.margin = net * rate ? ((net * rate - cost) / (net * rate)).toFixed(8) : '0'
}

tables.quotation = Array.from({ length: 320 }, (_, n) => {
  const customer = tables.customer?.[Math.floor(random() * 180)] as Row
  const age = Math.floor(n * 0.9)
  const lines = Array.from({ length: 1 + Math.floor(random() * 5) }, (_l, k) => {
    const product = pick(tables.product as Row[])
    return { id: id('ab', n * 10 + k), product: product.id, description: null, quantity: String(Math.round(between(2, 120)) * 10), unit: product.unit, unit_price: (Number(product.purchase_price) / 7.1 * between(1.05, 1.45)).toFixed(4), discount: pick(['0', '0', '0.03', '0.05']) }
  })
  const number = `QT-202611-${String(320 - n).padStart(4, '0')}`
  const row = {
    ...base(id('ad', n), `${number} ${customer.title}`), number, state: n < 3 ? 'draft' : n < 9 ? 'approving' : pick(['approved', 'sent', 'sent', 'accepted', 'declined']), customer: customer.id, contact: null, owner: pick(['u1', 'u6', 'u7']), department: 'd3',
    quote_date: day(-age), valid_until: day(30 - age), currency: currencies[n % 3]?.[0], rate: ['7.123400', '7.711200', '9.020100'][n % 3], incoterm: id('1c', n % 5), payment_term: 'L/C at sight', freight: n % 5 === 1 ? '1850.00' : null, insurance_rate: '0.003', commission_pct: n % 4 ? null : '0.02', lines, notes: null,
  } as Row
  computeQuotation(row)
  return row
})
tables.sales_order = Array.from({ length: 40 }, (_, n) => {
  const from = (tables.quotation as Row[])[20 + n * 3] as Row
  const number = `SO-202611-${String(40 - n).padStart(4, '0')}`
  return { ...base(id('dd', n), number), number, customer: from.customer, quotation: from.id, order_date: day(-n * 3), currency: from.currency, amount: from.amount }
})

export const hoursAgo = moment
