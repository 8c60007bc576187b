// What people do in an approval beside approving: return, add a signer, have a deputy, sign, decide several at once, decide
// by a link in a letter without signing in.
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { kit } from './kit.mjs'
import { root } from './server.mjs'
import { startMailServer } from './smtp.mjs'
import { like } from './words.mjs'

const ALL = '"transfer": {}, "add_signer": {"signature": "required"}, "take_back": {}}'

/** The trade pack, with further verbs where quotations are decided. */
function pack() {
  const folder = join(root, 'definitions/trade')
  const files = readdirSync(folder, { recursive: true }).filter((path) => path.endsWith('.json')).map((path) => {
    const text = readFileSync(join(folder, path), 'utf8')
    const changed = path.endsWith('workflows/quotation_approval.json')
    return { path: path.replaceAll('\\', '/'), text: changed ? text.replaceAll('"transfer": {}}', ALL) : text }
  })
  return { name: 'trade', files }
}

export async function verbs({ name, language, locale, viewport, phone = false, browser, server, report }) {
  const { t, step, as, open, look, signIn, appModel } = await kit({ name, language, locale, viewport, phone, browser, server, report })
  const mails = await startMailServer()
  try {
    const admin = await open()
    const rep = await open()
    const manager = await open()
    await Promise.all([signIn(admin.page, as('it_admin')), signIn(rep.page, as('sales_rep')), signIn(manager.page, as('sales_manager'))])
    await step('an administrator publishes more verbs and names a mail server', admin.page, async () => {
      await call(admin.page, 'POST', '/api/publish', { packs: [pack()] })
      const settings = { host: '127.0.0.1', port: mails.port, security: 'none', user: null, from: 'Portolan <portolan@firm.example>', address: server.url }
      await call(admin.page, 'PATCH', '/api/mail', { settings })
    })
    await step('the mail server is shown to administrators', admin.page, async () => {
      await admin.page.goto(`${server.url}/organisation/mail`)
      await admin.page.getByRole('button', { name: t('mail:test'), exact: true }).waitFor()
    })
    await look(admin.page, 'mail-server')
    const model = await appModel(rep.page)
    const quotation = model.entities.quotation
    const state = (key) => quotation.lifecycle.states[key].label
    const comesTo = (page, key) => page.locator('h1 ~ span').filter({ hasText: new RegExp(`^${state(key)}$`) }).waitFor()
    const verb = (key) => t(`record:approval.verb.${key}`)
    const panel = (page) => page.getByRole('region', { name: t('record:approval.title') })
    const act = (page, key) => begin(page, phone ? page : panel(page), t, verb(key))
    const dialog = (page) => page.getByRole('dialog')
    const confirm = (page, key) => dialog(page).getByRole('button', { name: verb(key), exact: true }).click()
    const submitted = () => submit(rep.page)
    const at = (record) => `${server.url}/e/quotation/${record}`

    // ── Return, with a reason, and submit again.
    const returned = await submitted()
    await step('the manager returns a quotation with a reason', manager.page, async () => {
      await manager.page.goto(at(returned.id))
      await act(manager.page, 'return')
      await dialog(manager.page).getByRole('textbox').last().fill('5 % 折扣 too much')
    })
    await look(manager.page, 'return')
    await step('it goes back', manager.page, async () => {
      await confirm(manager.page, 'return')
      await panel(manager.page).waitFor({ state: 'hidden' })
    })
    await step('whoever submitted it reads why', rep.page, async () => {
      await rep.page.goto(at(returned.id))
      await rep.page.getByText('5 % 折扣 too much').first().waitFor()
    })
    await look(rep.page, 'returned')

    // ── A signer beside, with a signature by a written name.
    const signed = await submitted()
    await step('the manager adds a signer, and signs for it', manager.page, async () => {
      await manager.page.goto(at(signed.id))
      await act(manager.page, 'add_signer')
      const box = dialog(manager.page).getByRole('combobox', { name: like(t('record:approval.signers')) })
      await box.click()
      await box.fill(as('general_manager').name.split(' ')[0])
      await manager.page.getByRole('option').first().click()
      await dialog(manager.page).getByRole('radio', { name: t('record:approval.places.before') }).check()
      await confirm(manager.page, 'add_signer')
      await dialog(manager.page).getByText(t('record:approval.need_signature')).waitFor()
      await dialog(manager.page).getByRole('button', { name: t('fields:signature.sign'), exact: true }).click()
      const pad = dialog(manager.page).getByRole('img', { name: like(t('fields:signature.pad')) })
      const box2 = await pad.boundingBox()
      await manager.page.mouse.move(box2.x + 60, box2.y + 90)
      await manager.page.mouse.down()
      for (let i = 0; i < 14; i++) await manager.page.mouse.move(box2.x + 60 + i * 14, box2.y + 90 + 30 * Math.sin(i))
      await manager.page.mouse.up()
    })
    await look(manager.page, 'signature')
    await step('the signature is kept, and the signer is asked first', manager.page, async () => {
      await dialog(manager.page).getByRole('button', { name: t('fields:signature.take'), exact: true }).click()
      await dialog(manager.page).getByRole('button', { name: t('fields:signature.again'), exact: true }).waitFor()
      await confirm(manager.page, 'add_signer')
      await panel(manager.page).waitFor({ state: 'hidden' })
      await manager.page.locator('[src*="/api/files/"]').first().waitFor()
    })
    await look(manager.page, 'signers')

    // ── Several at once.
    const several = [await submitted(), await submitted()]
    await step('the manager chooses several tasks', manager.page, async () => {
      await manager.page.goto(`${server.url}/tasks`)
      await manager.page.getByRole('button', { name: t('batch:choose'), exact: true }).click()
      for (const one of several) await manager.page.getByRole('checkbox', { name: t('batch:select', { title: one.title }) }).check()
    })
    await look(manager.page, 'batch')
    await step('and approves them together', manager.page, async () => {
      await manager.page.getByRole('group', { name: t('batch:choose') }).getByRole('button', { name: t('batch:approve'), exact: true }).click()
      await dialog(manager.page).getByRole('button', { name: t('batch:approve'), exact: true }).click()
      await dialog(manager.page).getByText(t('batch:result_good_other', { count: 2 })).waitFor()
    })
    await look(manager.page, 'batch-result')

    // ── By a link in a letter, without signing in.
    const mailed = await submitted()
    const stranger = await open()
    const address = as('sales_manager').email
    const link = await step('a letter brings a link', manager.page, () => until('a letter with a link', () => {
      const letter = mails.letters.findLast((one) => one.to === address && one.text.includes(mailed.id))
      return letter?.text.match(/http:\/\/127\.0\.0\.1:\d+\/decide\?t=[0-9a-f]{64}/)?.[0]
    }))
    await step('it opens a page without signing in', stranger.page, async () => {
      await stranger.page.goto(link)
      await stranger.page.getByRole('heading', { level: 1, name: mailed.title }).waitFor()
    })
    await look(stranger.page, 'mail-link')
    await step('what is approved there is approved', stranger.page, async () => {
      await stranger.page.getByRole('textbox').first().fill('可以 fine')
      await stranger.page.getByRole('button').first().click()
      await stranger.page.waitForFunction(() => document.querySelector('.mark.done') !== null)
    })
    await look(stranger.page, 'mail-link-done')
    await step('the record says by what way it came', rep.page, async () => {
      await rep.page.goto(at(mailed.id))
      await rep.page.getByText(like(t('record:approval.by_mail_link'))).first().waitFor()
    })

    // ── A deputy.
    await step('the manager names a deputy for today', manager.page, async () => {
      await manager.page.goto(`${server.url}/absence`)
      const box = manager.page.getByRole('combobox', { name: like(t('absence:deputy')) })
      await box.click()
      await box.fill(as('general_manager').name.split(' ')[0])
      await manager.page.getByRole('option').first().click()
      await manager.page.getByRole('spinbutton', { name: like(t('absence:to')) }).first().click()
      await manager.page.keyboard.type('20991231')
      await manager.page.getByRole('button', { name: t('absence:set'), exact: true }).click()
      await manager.page.getByRole('button', { name: t('absence:end'), exact: true }).waitFor()
    })
    await look(manager.page, 'absence')
    const deputised = await submitted()
    await step('and the next task goes to them', rep.page, async () => {
      await rep.page.goto(at(deputised.id))
      await rep.page.getByText(as('general_manager').name).first().waitFor()
      await comesTo(rep.page, 'approving')
    })
    await step('what comes by mail is chosen', manager.page, async () => {
      await manager.page.goto(`${server.url}/notifications/preferences`)
      await manager.page.getByRole('checkbox', { name: t('mail:daily_at') }).check()
      await manager.page.getByRole('button', { name: t('action.save'), exact: true }).click()
      await manager.page.getByText(t('mail:saved')).first().waitFor()
    })
    await look(manager.page, 'preferences')
    for (const [who, one] of Object.entries({ admin, rep, manager, stranger })) {
      await step(`nothing broke in the browser of the ${who}`, one.page, () => {
        if (one.problems.length > 0) throw new Error(one.problems.join('\n'))
      }, { goOn: true })
      await one.context.close()
    }
  } finally {
    await mails.stop()
  }
}

/** Asks the server as whoever is signed in. */
function call(page, method, path, body) {
  return page.evaluate(async ([method, path, body]) => {
    const session = await (await fetch('/api/session')).json()
    const answer = await fetch(path, { method, headers: { 'content-type': 'application/json', 'x-csrf-token': session.csrf }, ...(body ? { body: JSON.stringify(body) } : {}) })
    const text = await answer.text()
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text.slice(0, 2000)}`)
    return text ? JSON.parse(text) : null
  }, [method, path, body])
}

/** A quotation that is large enough for two levels, submitted: how one is written is another journey's matter. */
async function submit(page) {
  const found = async (entity, words) => (await call(page, 'GET', `/api/records/${entity}?limit=1&q=${encodeURIComponent(words)}`)).rows[0].id
  const lines = [{ product: await found('product', 'desk lamp'), quantity: '80000', unit_price: '7.95' }]
  const made = await call(page, 'POST', '/api/records/quotation', { customer: await found('customer', 'Nordlicht'), lines })
  const { id, version } = made.record
  const sent = await call(page, 'POST', `/api/records/quotation/${id}/transitions/submit`, { version, reason: 'The customer waits for our answer' })
  return { id, title: sent.record.title }
}

/** A verb: a button, or an entry of the menu where there is no room for a button. */
async function begin(page, scope, t, label) {
  const button = scope.getByRole('button', { name: label, exact: true })
  const more = page.getByRole('button', { name: t('record:approval.more') })
  const entry = page.getByRole('menuitem', { name: label })
  const dialog = page.getByRole('dialog')
  await button.first().or(more.first()).first().waitFor()
  if (await button.first().isVisible()) return button.first().click()
  // A menu that is drawn anew while it opens loses a click: it is made again until the dialog is there.
  for (let tries = 0; tries < 5; tries += 1) {
    if (!(await entry.isVisible())) await more.first().click()
    await entry.click()
    const opened = await dialog.waitFor({ timeout: 5_000 }).then(() => true, () => false)
    if (opened) return
  }
  throw new Error(`“${label}” opens no dialog`)
}

async function until(what, holds) {
  const end = Date.now() + 30_000
  while (Date.now() < end) {
    const found = holds()
    if (found) return found
    await new Promise((done) => setTimeout(done, 100))
  }
  throw new Error(`${what}: not within 30 s`)
}
