// The whole journey in a real browser against the real server: import a ledger, quote to one of its customers, submit,
// approve on two levels, accept. Once in English at a desk, once in Chinese on a phone. All else that people do in an approval,
// in both; leave on a phone; the studio. Ends with `N passed, N failed`.
//
//   node builder-ui/e2e/run.mjs            all
//   node builder-ui/e2e/run.mjs desk       only the journey whose name contains this
//   HEADED=1 node builder-ui/e2e/run.mjs   to watch it
//   AT_ONCE=2 node builder-ui/e2e/run.mjs  two at once, where there are cores for it; each line says whose it is
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { chromium } from 'playwright-core'
import { build } from './build.mjs'
import { expense } from './expense.mjs'
import { journey } from './journey.mjs'
import { keys } from './keys.mjs'
import { leave } from './leave.mjs'
import { excerpt, ledger } from './ledger.mjs'
import { life } from './life.mjs'
import { reception } from './reception.mjs'
import { Report } from './report.mjs'
import { screens } from './screens.mjs'
import { root, startServer } from './server.mjs'
import { studio } from './studio.mjs'
import { verbs } from './verbs.mjs'
import { wide } from './wide.mjs'

const journeys = [
  { name: 'desk-english', language: 'en', locale: 'en-GB', viewport: { width: 1440, height: 900 } },
  { name: 'phone-chinese', language: 'zh_hans', locale: 'zh-CN', viewport: { width: 390, height: 844 }, phone: true },
  { name: 'leave-phone-chinese', go: leave, language: 'zh_hans', locale: 'zh-CN', viewport: { width: 390, height: 844 }, phone: true },
  { name: 'verbs-english', go: verbs, language: 'en', locale: 'en-GB', viewport: { width: 1440, height: 900 } },
  { name: 'verbs-phone-chinese', go: verbs, language: 'zh_hans', locale: 'zh-CN', viewport: { width: 390, height: 844 }, phone: true },
  { name: 'studio-english', go: studio, language: 'en', locale: 'en-GB', viewport: { width: 1440, height: 900 } },
  { name: 'studio-chinese', go: studio, language: 'zh_hans', locale: 'zh-CN', viewport: { width: 1440, height: 900 } },
  { name: 'wide-english', go: wide, language: 'en', locale: 'en-GB', viewport: { width: 1440, height: 900 } },
  { name: 'keys-english', go: keys, language: 'en', locale: 'en-GB', viewport: { width: 1440, height: 900 } },
  { name: 'build-english', go: build, language: 'en', locale: 'en-GB', viewport: { width: 1440, height: 900 } },
  { name: 'expense-english', go: expense, language: 'en', locale: 'en-GB', viewport: { width: 1440, height: 900 } },
  { name: 'reception-english', go: reception, language: 'en', locale: 'en-GB', viewport: { width: 1440, height: 900 } },
  { name: 'screens-english', go: screens, language: 'en', locale: 'en-GB', viewport: { width: 1440, height: 900 } },
  { name: 'screens-phone-chinese', go: screens, language: 'zh_hans', locale: 'zh-CN', viewport: { width: 390, height: 844 }, phone: true },
  { name: 'life-english', go: life, language: 'en', locale: 'en-GB', viewport: { width: 1440, height: 900 } },
  { name: 'life-chinese', go: life, language: 'zh_hans', locale: 'zh-CN', viewport: { width: 1440, height: 900 } },
]

const shots = join(root, 'target', 'e2e')
rmSync(shots, { recursive: true, force: true })
mkdirSync(shots, { recursive: true })

const report = new Report(shots)
const waiting = journeys.filter((one) => one.name.includes(process.argv[2] ?? ''))

async function run({ go = journey, ...one }) {
  // Each on a server, a database and a browser of its own, so that neither leans on what another left.
  let server
  let browser
  try {
    server = await startServer()
    browser = await chromium.launch({
      executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
      headless: !process.env.HEADED,
      args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
    })
    await go({ ...one, browser, server, report, file: one.phone ? excerpt() : ledger() })
  } catch (error) {
    report.broken(one.name, error)
  } finally {
    await browser?.close()
    await server?.stop()
  }
}

const began = Date.now()
const lanes = Array.from({ length: Number(process.env.AT_ONCE ?? 1) }, async () => {
  for (let next = waiting.shift(); next; next = waiting.shift()) await run(next)
})
await Promise.all(lanes)
console.log(`${((Date.now() - began) / 1000).toFixed(0)} s`)
report.end()
