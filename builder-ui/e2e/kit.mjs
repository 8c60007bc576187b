// What every journey needs: people of the demo with a browser of their own, steps that are counted, pictures, checks for who
// cannot see or use a mouse.
import AxeBuilder from '@axe-core/playwright'
import { join } from 'node:path'
import { words } from './words.mjs'

/** Two journeys share what machine there is. */
export const patience = 60_000

export async function kit({ name, language, locale, viewport, phone = false, browser, server, report }) {
  const t = words(language)
  const step = (what, page, run, options) => report.step(`${name}: ${what}`, page, run, options)
  const people = (await (await fetch(`${server.url}/api/demo`)).json()).people
  const as = (role) => people.find((person) => person.role === role)

  /** A browser of one person's own. */
  const open = async () => {
    const context = await browser.newContext({ viewport, locale, hasTouch: phone, isMobile: phone, permissions: ['clipboard-read', 'clipboard-write'] })
    const page = await context.newPage()
    page.setDefaultTimeout(patience)
    const problems = []
    page.on('pageerror', (error) => problems.push(`${page.url()}: ${error.message}`))
    page.on('response', (answer) => { if (answer.status() >= 500) problems.push(`${answer.status()} ${answer.url()}`) })
    return { page, context, problems }
  }
  const picture = (page, what) => page.screenshot({ path: join(report.folder, `${name}-${what}.png`), fullPage: false })
  const axe = (page, what) =>
    step(`${what}: nothing serious for who cannot see or use a mouse`, page, async () => {
      // In the page itself, and of what passes nothing is told: both are most of what it costs.
      const found = await new AxeBuilder({ page }).options({ resultTypes: ['violations'] }).setLegacyMode().analyze()
      const bad = found.violations.filter((one) => ['serious', 'critical'].includes(one.impact))
      if (bad.length > 0) {
        throw new Error(bad.map((one) => `${one.id} (${one.impact}): ${one.help}\n  ${one.nodes.slice(0, 3).map((node) => `${node.target.join(' ')}  ${node.failureSummary?.split('\n')[1]?.trim() ?? ''}`).join('\n  ')}`).join('\n'))
      }
    }, { goOn: true })
  const wide = (page, what) =>
    step(`${what}: fits the width`, page, async () => {
      const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
      if (over > 1) throw new Error(`the page is ${over} px wider than the screen`)
    }, { goOn: true })
  const look = async (page, what) => {
    await still(page)
    await picture(page, what)
    await axe(page, what)
    if (phone) await wide(page, what)
  }

  const signIn = async (page, person) => {
    await page.goto(server.url)
    const button = page.getByRole('group', { name: t('user.language') }).getByRole('button', { name: language === 'en' ? 'English' : '简体中文' })
    await button.click()
    const label = language === 'en' ? person.role_label : person.role_label_zh || person.role_label
    await page.getByRole('button', { name: new RegExp(`${label}.*${person.name.split(' ')[0]}`, 's') }).first().click()
    await page.getByRole('heading', { level: 1, name: t('sign_in:title'), exact: true }).waitFor({ state: 'hidden' })
    await page.getByRole('heading', { level: 1 }).waitFor()
  }
  const appModel = (page) => page.evaluate((code) => fetch(`/api/app?language=${code}`).then((answer) => answer.json()), language)

  return { t, step, people, as, open, picture, axe, wide, look, signIn, appModel }
}

/** Until nothing moves: what does has no colour to be measured. What moves without end, as a skeleton does, is not waited for. */
const still = (page) => page.evaluate(async () => {
  await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))
  const moving = document.getAnimations().filter((one) => one.effect?.getComputedTiming().endTime !== Number.POSITIVE_INFINITY)
  await Promise.allSettled(moving.map((one) => one.finished))
})

/** Chooses from a field that searches. */
export async function choose(scope, label, text) {
  const box = scope.getByRole('combobox', { name: label }).first()
  await box.click()
  await box.fill(text)
  const page = typeof scope.page === 'function' ? scope.page() : scope
  await page.getByRole('option', { name: new RegExp(text.replaceAll(/[^\w ]/g, '.')) }).first().click()
}

/** A transition: a button, or an entry of the menu where there is no room for a button. */
export async function act(page, t, label) {
  const button = page.getByRole('button', { name: label, exact: true })
  const more = page.getByRole('button', { name: t('record:header.more') })
  const entry = page.getByRole('menuitem', { name: label })
  // What is offered follows the state, which may still be on its way: button and menu are looked at until one has it.
  await until(`“${label}” is offered`, async () => {
    if (await button.first().isVisible()) return button.first().click().then(() => true)
    if (!(await entry.isVisible())) await more.click()
    if (await entry.isVisible()) return entry.click().then(() => true)
    await page.keyboard.press('Escape')
    return false
  })
}

/** Until the record stands in a state: the sign beside its title says so. */
export const comesTo = (page, state) => page.locator('h1 ~ span').filter({ hasText: new RegExp(`^${state}$`) }).waitFor()

/** Tries until something holds. */
export async function until(what, holds) {
  const end = Date.now() + patience
  while (Date.now() < end) {
    if (await holds()) return
    await new Promise((done) => setTimeout(done, 100))
  }
  throw new Error(`${what}: not within ${patience / 1000} s`)
}
