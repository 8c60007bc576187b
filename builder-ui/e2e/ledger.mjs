// The file to import: the real ledger where it is at hand, otherwise a page of one with the same oddities.
import { existsSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { root } from './server.mjs'

/** A customer and products that both files have. */
export const known = { customer: 'Customer 17850', products: ['85123A', '71053', '84406B'] }

/** The real ledger; one journey with its fifty thousand rows is enough. */
export function ledger() {
  const folder = process.env.PORTOLAN_DATA ?? join(root, '../shared/data')
  const real = join(folder, 'online-retail-50k.xlsx')
  if (existsSync(real)) return { path: real, name: 'online-retail-50k.xlsx', rows: 49_999 }
  console.log(`skipped: the real ledger, for ${real} is not there; an excerpt is imported instead`)
  return excerpt()
}

export function excerpt() {
  const path = join(mkdtempSync(join(tmpdir(), 'portolan-ledger-')), 'ledger.csv')
  const goods = [['85123A', 'WHITE HANGING HEART T-LIGHT HOLDER', 2.55], ['71053', 'WHITE METAL LANTERN', 3.39], ['84406B', 'CREAM CUPID HEARTS COAT HANGER', 2.75], ['22752', 'SET 7 BABUSHKA NESTING BOXES', 7.65]]
  const lines = ['InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country']
  for (let invoice = 0; invoice < 60; invoice++) {
    const customer = invoice % 5 === 4 ? '' : 17850 + (invoice % 12)
    const back = invoice % 9 === 8
    for (const [code, text, price] of goods.slice(0, 1 + (invoice % 4))) {
      lines.push([`${back ? 'C' : ''}${536365 + invoice}`, code, text, back ? -2 : 6, '2010-12-01 08:26', price, customer, 'United Kingdom'].join(','))
    }
    if (invoice % 10 === 0) lines.push([536365 + invoice, 'POST', 'POSTAGE', 1, '2010-12-01 08:26', 18, customer, 'France'].join(','))
  }
  writeFileSync(path, `${lines.join('\n')}\n`)
  return { path, name: 'ledger.csv', rows: lines.length - 1 }
}
