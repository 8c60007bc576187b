// The life of what is built: a plan seen and published, taken back, proposed and reviewed, and an app out of a file.
// Each way tells how many clicks and seconds it took.
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { kit } from './kit.mjs'

const customerFile = 'trade/entities/customer.json'

export async function life(setting) {
  const { language, server, name } = setting
  const { t, step, as, open, look, signIn, appModel } = await kit(setting)
  const chinese = language !== 'en'
  /** Clicks of a way, counted where they are made. */
  let clicks = 0
  const click = async (locator) => { clicks += 1; await locator.click() }
  const way = async (what, page, run) => {
    const began = Date.now()
    clicks = 0
    await step(what, page, run)
    console.log(`        ${name}: ${what}: ${clicks} clicks, ${((Date.now() - began) / 1000).toFixed(1)} s`)
  }

  const admin = await open()
  const { page } = admin
  await step('the administrator signs in', page, () => signIn(page, as('it_admin')))

  /** A draft with one definition changed, as whoever is signed in on a page. */
  const drafted = (on, title, file, change) => on.evaluate(async ([to, path, part]) => {
    const session = await (await fetch('/api/session')).json()
    const send = async (method, where, body) => (await fetch(where, { method, headers: { 'content-type': 'application/json', 'x-csrf-token': session.csrf }, body: JSON.stringify(body) })).json()
    const draft = await send('POST', '/api/studio/drafts', { title: to })
    const { definition } = await (await fetch(`/api/studio/drafts/${draft.id}/definitions/${path}`)).json()
    const fields = definition.fields ? { fields: { ...definition.fields, ...part.fields } } : {}
    await send('PATCH', `/api/studio/drafts/${draft.id}`, { version: draft.version, definitions: { [path]: { ...definition, ...part, ...fields } } })
    return draft.id
  }, [title, file, change])
  const version = () => page.evaluate(() => fetch('/api/session').then((answer) => answer.json()).then((session) => session.version))

  const port = chinese ? '装运港' : 'Port of loading'
  const first = await drafted(page, port, customerFile, { fields: { x_port: { type: 'text', label: port }, website: { ...(await raw(page, 'website')), required: true } } })
  await way('what publishing does is seen, a reason given, and it is published', page, async () => {
    await page.goto(`${server.url}/studio/${first}`)
    await click(page.getByRole('button', { name: t('studio:publish.action'), exact: true }))
    const dialog = page.getByRole('dialog')
    await dialog.getByText(t('publish:diff.field_added', { label: port })).waitFor()
    const fields = (await appModel(page)).entities.customer?.fields ?? {}
    await dialog.getByText(t('publish:diff.required', { label: fields.website?.label ?? (chinese ? '网站' : 'Website') }), { exact: true }).waitFor()
    await dialog.getByText(t('publish:plan.records'), { exact: true }).waitFor()
    await look(page, 'plan')
    await dialog.getByRole('textbox').fill(chinese ? '客户需要装运港' : 'Customers ask for it')
    await click(dialog.getByRole('button', { name: t('studio:publish.action') }))
    await page.waitForURL(/\/studio$/)
    if ((await version()) !== 2) throw new Error('it is not in force')
  })

  await way('the version before comes back, after its plan was seen', page, async () => {
    await click(page.getByRole('link', { name: t('studio:home.versions') }))
    const row = (number) => page.getByRole('listitem').filter({ has: page.getByText(t('publish:version', { version: number }), { exact: true }) })
    await row(2).getByRole('button', { name: t('publish:compare.action') }).click()
    await row(2).getByText(t('publish:diff.field_added', { label: port })).waitFor()
    await look(page, 'versions')
    await click(row(1).getByRole('button', { name: t('publish:return.short') }))
    const dialog = page.getByRole('dialog')
    await dialog.getByText(t('publish:diff.field_removed', { label: port })).waitFor()
    await look(page, 'return')
    await click(dialog.getByRole('button', { name: t('publish:return.action') }))
    await dialog.waitFor({ state: 'hidden' })
    if ((await version()) !== 3) throw new Error('it is not in force')
  })

  const manager = await open()
  await step('a sales manager may build, and signs in', manager.page, async () => {
    const id = await drafted(page, 'builders', 'trade/roles/sales_manager.json', { build: true })
    await publishNow(page, id)
    await signIn(manager.page, as('sales_manager'))
  })
  await way('the manager proposes a change; the administrator sees it, gives it back, and then publishes it', manager.page, async () => {
    const own = manager.page
    const id = await drafted(own, chinese ? '客户说明' : 'What customers are', customerFile, { help: 'Whoever buys from us' })
    const propose = async (why) => {
      await own.goto(`${server.url}/studio/${id}`)
      await click(own.getByRole('button', { name: t('studio:review.propose'), exact: true }))
      const dialog = own.getByRole('dialog')
      await dialog.getByRole('textbox').fill(why)
      await click(dialog.getByRole('button', { name: t('studio:review.propose'), exact: true }))
      await own.waitForURL(/\/studio$/)
    }
    await propose('clearer')
    await page.goto(server.url)
    await click(page.getByRole('button', { name: new RegExp(`^${t('shell.notifications')}`) }))
    await click(page.getByRole('link', { name: new RegExp(chinese ? '客户说明' : 'What customers are') }).first())
    const bar = page.getByRole('region', { name: t('studio:review.label') })
    await click(bar.getByRole('button', { expanded: false }))
    await look(page, 'review')
    await bar.getByLabel(t('studio:review.message')).fill('say where')
    await click(bar.getByRole('button', { name: t('studio:review.give_back') }))
    await bar.getByText(t('studio:review.kind.given_back', { name: as('it_admin').name })).first().waitFor()
    await propose('now it says where')
    await page.goto(`${server.url}/studio/${id}`)
    await click(bar.getByRole('button', { name: t('studio:review.look') }))
    const dialog = page.getByRole('dialog')
    await dialog.getByRole('textbox').fill('reviewed')
    await click(dialog.getByRole('button', { name: t('studio:publish.action') }))
    await page.waitForURL(/\/studio$/)
    const told = await own.evaluate(() => fetch('/api/notifications').then((answer) => answer.json()))
    if (told.rows[0]?.kind !== 'draft_published') throw new Error(`the manager was told ${told.rows[0]?.kind}`)
  })

  await step('the form of a draft is previewed as another role on a phone', page, async () => {
    const id = await drafted(page, 'preview', customerFile, { fields: { x_port: { type: 'text', label: port } } })
    await page.goto(`${server.url}/studio/${id}?file=${encodeURIComponent(customerFile)}`)
    await page.getByRole('button', { name: t('studio:preview.action') }).click()
    const frame = page.frameLocator('iframe')
    await frame.getByRole('heading', { level: 1 }).waitFor()
    await look(page, 'preview')
    await page.getByRole('button', { name: t('studio:preview.phone') }).click()
    await frame.getByRole('heading', { level: 1 }).waitFor()
    await look(page, 'preview-phone')
  })

  await step('what is not translated is found, and translated where it stands', page, async () => {
    const id = await drafted(page, 'texts', customerFile, { fields: { x_port: { type: 'text', label: 'Port of loading' } } })
    await page.goto(`${server.url}/studio/${id}`)
    await page.getByRole('button', { name: t('studio:texts.title'), exact: true }).click()
    const text = page.getByLabel(t('studio:texts.of', { text: 'Port of loading' }))
    await text.fill('装运港')
    await text.press('Enter')
    await look(page, 'texts')
    // "Saved" is said of what was there before, too: what counts is what the server has.
    const file = 'trade/translations/zh_hans/entities/customer.json'
    const kept = () => page.evaluate((at) => fetch(at).then((answer) => answer.json()), `/api/studio/drafts/${id}/definitions/${file}`)
    await waited(kept, (found) => found.definition?.texts?.['fields.x_port.label'] === '装运港')
  })

  const rows = 24
  await way('a file of samples becomes an app with its records', page, async () => {
    const label = chinese ? '样品登记' : 'Sample log'
    const path = join(mkdtempSync(join(tmpdir(), 'portolan-app-')), `${chinese ? '样品登记' : 'Sample_log'}.csv`)
    writeFileSync(path, `\ufeff${samples(rows, chinese)}`)
    await page.goto(`${server.url}/studio`)
    await click(page.getByRole('button', { name: t('studio:home.new') }))
    await look(page, 'new-app')
    await click(page.getByRole('button', { name: new RegExp(`^${t('studio:new.from_file')}`) }))
    clicks += 1
    await page.locator('input[type=file]').setInputFiles(path)
    const named = page.getByRole('textbox', { name: t('studio:new.label'), exact: true })
    await named.waitFor()
    if ((await named.inputValue()) !== label) throw new Error(`it would be called ${await named.inputValue()}`)
    await page.getByText(t('studio:types.date'), { exact: true }).first().waitFor()
    await look(page, 'new-app-columns')
    await click(page.getByRole('button', { name: t(`studio:new.create_with_rows_other`, { rows }) }))
    await page.waitForURL(/\/imports\//)
    const model = await waited(() => appModel(page), (found) => Object.values(found.entities).some((one) => one.label === label))
    const entity = Object.values(model.entities).find((one) => one.label === label)
    const types = Object.values(entity.fields).map((field) => field.type)
    if (!['date', 'integer', 'decimal', 'choice'].every((type) => types.includes(type))) throw new Error(`the columns became ${types.join(', ')}`)
    const count = () => page.evaluate((of) => fetch(`/api/records/${of}/count`).then((answer) => answer.json()).then((found) => found.count), entity.name)
    await waited(count, (found) => found === rows)
    await page.goto(`${server.url}/e/${entity.name}`)
    await page.getByText('S-001').first().waitFor()
    await look(page, 'new-app-list')
  })

  for (const one of [admin, manager]) if (one.problems.length) throw new Error(one.problems.join('\n'))
  await admin.context.close()
  await manager.context.close()

  /** A field of the customer as its definition has it. */
  async function raw(on, field) {
    return on.evaluate(async (which) => {
      const found = await (await fetch('/api/definitions/1')).json()
      const file = found.packs.find((pack) => pack.name === 'trade').files.find((one) => one.path === 'entities/customer.json')
      return JSON.parse(file.text).fields[which]
    }, field)
  }

  async function publishNow(on, id) {
    await on.evaluate(async (draft) => {
      const session = await (await fetch('/api/session')).json()
      const now = await (await fetch(`/api/studio/drafts/${draft}`)).json()
      const answer = await fetch(`/api/studio/drafts/${draft}/publish`, { method: 'POST', headers: { 'content-type': 'application/json', 'x-csrf-token': session.csrf }, body: JSON.stringify({ version: now.version, note: 'journey' }) })
      if (!answer.ok) throw new Error(await answer.text())
    }, id)
  }
}

/** Asks again until an answer fits. */
async function waited(ask, fits) {
  for (let n = 0; n < 200; n += 1) {
    const found = await ask()
    if (fits(found)) return found
    await new Promise((done) => setTimeout(done, 100))
  }
  throw new Error('it did not come to pass')
}

function samples(rows, chinese) {
  const heading = chinese ? ['样品编号', '寄出日期', '数量', '运费', '运输方式', '备注'] : ['Sample', 'Sent on', 'Pieces', 'Freight', 'Way', 'Note']
  const ways = chinese ? ['海运', '空运', '快递'] : ['By sea', 'By air', 'Courier']
  const lines = Array.from({ length: rows }, (_, n) => [`S-${String(n + 1).padStart(3, '0')}`, `2026-${String((n % 12) + 1).padStart(2, '0')}-15`, n + 1, (n * 3.25 + 1).toFixed(2), ways[n % 3], n % 4 ? '' : `note ${n}`].join(','))
  return [heading.join(','), ...lines].join('\n')
}
