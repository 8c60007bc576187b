// From a spreadsheet to an approved quotation and the order made of it, as the people of the demo would do it.
import { gzipSync } from 'node:zlib'
import { join } from 'node:path'
import { act, choose, comesTo, kit } from './kit.mjs'
import { known } from './ledger.mjs'
import { like } from './words.mjs'

/** Two points, red and blue. */
const PICTURE = '询价 drawing.png'
const PIXELS = 'iVBORw0KGgoAAAANSUhEUgAAAAIAAAABCAIAAAB7QOjdAAAADUlEQVR4nGP4zwAE/wEHAAH/4iOeWQAAAABJRU5ErkJggg=='

export async function journey({ name, language, locale, viewport, phone = false, browser, server, report, file }) {
  const { t, step, as, open, picture, look, signIn, appModel } = await kit({ name, language, locale, viewport, phone, browser, server, report })

  // ── The sales manager imports the ledger.
  const manager = await open()
  await step('the sign-in page opens', manager.page, async () => {
    await manager.page.goto(server.url)
    await manager.page.getByRole('heading', { level: 1 }).waitFor()
  })
  await look(manager.page, 'sign-in')
  await step('a card signs in', manager.page, () => signIn(manager.page, as('sales_manager')))
  await look(manager.page, 'home')
  const model = await appModel(manager.page)
  const quotation = model.entities.quotation
  const label = (field, line) => (line ? quotation.fields.lines.fields : quotation.fields)[field].label
  const transition = (key) => quotation.lifecycle.transitions[key].label

  await step(`${file.rows} rows of a ledger are uploaded and recognised`, manager.page, async () => {
    await manager.page.goto(`${server.url}/imports`)
    await manager.page.locator('input[type=file]').setInputFiles(file.path)
    await manager.page.getByRole('button', { name: t('import:check'), exact: true }).waitFor()
  })
  await look(manager.page, 'import-columns')
  await step('a dry run tells what would happen', manager.page, async () => {
    await manager.page.getByRole('button', { name: t('import:check'), exact: true }).click()
    await manager.page.getByText(t('import:would')).waitFor({ timeout: 180_000 })
  })
  await look(manager.page, 'import-checked')
  await step('the ledger is imported', manager.page, async () => {
    await manager.page.getByRole('button', { name: like(t('import:run')) }).click()
    await manager.page.getByText(t('import:did')).waitFor({ timeout: 240_000 })
  })
  await look(manager.page, 'import-done')
  await step('an imported customer is found in the list', manager.page, async () => {
    await manager.page.goto(`${server.url}/e/customer?q=${encodeURIComponent(known.customer)}`)
    await manager.page.getByText(known.customer).first().waitFor()
  })
  await look(manager.page, 'customers')
  await step('the list page loads no more than 350 kB of script', manager.page, async () => {
    const fresh = await manager.context.newPage()
    const sizes = []
    fresh.on('response', (answer) => { if (answer.url().endsWith('.js')) sizes.push(answer.body().then((text) => gzipSync(text).length)) })
    await fresh.goto(`${server.url}/e/customer`)
    await fresh.getByRole('heading', { level: 1 }).waitFor()
    await fresh.waitForLoadState('networkidle')
    const total = (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0)
    await fresh.close()
    const told = `${Math.round(total / 1000)} kB, compressed`
    if (total > 350_000) throw new Error(told)
    console.log(`        ${name}: ${told}`)
  }, { goOn: true })
  if (!phone) {
    await step('keys lead through the app, and a sheet tells them', manager.page, async () => {
      const sheet = manager.page.getByRole('dialog', { name: t('shortcuts.title') })
      await manager.page.locator('body').press('?')
      await sheet.waitFor()
      await manager.page.keyboard.press('Escape')
      await sheet.waitFor({ state: 'hidden' })
      await manager.page.locator('body').press('g')
      await manager.page.locator('body').press('t')
      await manager.page.waitForURL(/\/tasks$/)
    })
  }

  // ── A salesperson quotes to one of its customers.
  const rep = await open()
  const { page } = rep
  await step('a salesperson signs in', page, () => signIn(page, as('sales_rep')))
  await step('a new quotation opens', page, async () => {
    await page.goto(`${server.url}/e/quotation/new`)
    await page.getByRole('heading', { level: 1 }).waitFor()
    await page.getByLabel(label('customer')).first().waitFor()
  })
  await step('the customer is searched and chosen, and brings its currency', page, async () => {
    await choose(page, label('customer'), known.customer)
    await page.waitForFunction(() => document.body.innerText.includes('GBP') || [...document.querySelectorAll('input')].some((input) => input.value.includes('GBP')))
  })
  await step('the term of delivery is chosen', page, () => choose(page, label('incoterm'), 'FOB'))
  await step('the term of payment is chosen', page, () => choose(page, label('payment_term'), '30'))
  if (phone) {
    await step('lines are entered on cards', page, async () => {
      for (const code of known.products.slice(0, 2)) {
        await page.getByRole('button', { name: t('record:lines.add') }).click()
        const sheet = page.getByRole('dialog')
        await sheet.waitFor()
        await choose(sheet, label('product', true), code)
        await sheet.getByLabel(label('quantity', true)).fill('120')
        await sheet.getByLabel(label('unit_price', true)).fill('3.5')
        await sheet.getByRole('button', { name: t('record:done'), exact: true }).click()
        await sheet.waitFor({ state: 'hidden' })
      }
    })
  } else {
    await step('a line is entered by keyboard', page, async () => {
      await page.getByRole('button', { name: t('record:lines.add') }).click()
      await typeIn(page, grid(page), label('product', true), known.products[0], { chooses: true })
      await typeIn(page, grid(page), label('quantity', true), '120')
      await typeIn(page, grid(page), label('unit_price', true), '3.5')
    })
    await step('further lines are pasted from a spreadsheet', page, async () => {
      await page.getByRole('button', { name: t('record:lines.add') }).click()
      const heads = await headings(page)
      const order = ['product', 'quantity', 'unit_price'].map((field) => heads.findIndex((text) => text.startsWith(label(field, true))))
      const from = Math.min(...order)
      const block = known.products.slice(1).map((code) => {
        const cells = Array.from({ length: Math.max(...order) - from + 1 }, () => '')
        cells[order[0] - from] = code
        cells[order[1] - from] = '48'
        cells[order[2] - from] = '4.25'
        return cells.join('\t')
      })
      const cell = grid(page).getByRole('row').nth(2).getByRole('gridcell').nth(from - 1)
      await cell.click()
      await cell.evaluate((element, text) => {
        const data = new DataTransfer()
        data.setData('text/plain', text)
        element.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }))
      }, block.join('\r\n'))
      await page.getByText(like(t(`record:lines.pasted_${known.products.length - 1 === 1 ? 'one' : 'other'}`))).first().waitFor()
    })
  }
  // 120 × 3.50 + 2 × 48 × 4.25, and on the phone 2 × 120 × 3.50.
  await step('the total is worked out while one types', page, () => page.getByText(phone ? '840.00' : '828.00').first().waitFor())
  await look(page, 'quotation-new')
  const files = quotation.form.layout.flatMap((part) => part.tabs ?? []).find((tab) => tab.fields?.some((field) => field.name === 'attachments'))
  const openFiles = (of) => of.getByRole('tab', { name: files.label, exact: true }).click()
  await step('a picture is attached', page, async () => {
    await openFiles(page)
    await page.locator('input[data-files="attachments"]').setInputFiles({ name: PICTURE, mimeType: 'image/png', buffer: Buffer.from(PIXELS, 'base64') })
    await page.getByRole('button', { name: new RegExp(`^${PICTURE}`) }).waitFor()
  })
  await step('it is saved and has a number', page, async () => {
    await page.getByRole('button', { name: t('record:header.save'), exact: true }).click()
    await page.waitForURL(/\/e\/quotation\/[0-9a-f-]{36}/)
    await page.getByRole('heading', { level: 1, name: /QT-\d{6}-\d{4}/ }).waitFor()
  })
  await look(page, 'quotation-saved')
  const address = page.url()
  await step('the picture is there again, and opens in large', page, async () => {
    await page.reload()
    await openFiles(page)
    await page.getByRole('button', { name: new RegExp(`^${PICTURE}`) }).click()
    const large = page.getByRole('dialog').getByRole('img', { name: PICTURE })
    await large.waitFor()
    const wide = await large.evaluate(async (image) => { await image.decode(); return image.naturalWidth })
    if (wide !== 2) throw new Error(`Expected the picture that was attached, but it is ${wide} points wide`)
  })
  await look(page, 'picture')
  await page.keyboard.press('Escape')
  await page.getByRole('dialog').waitFor({ state: 'hidden' })
  await step('before it is submitted one sees who will decide: two levels', page, async () => {
    await act(page, t, transition('submit'))
    const dialog = page.getByRole('dialog')
    await dialog.getByRole('list', { name: t('record:submit.steps') }).waitFor()
    const steps = await dialog.getByRole('list', { name: t('record:submit.steps') }).locator('> li').count()
    if (steps < 2) throw new Error(`Expected two levels, but the preview shows ${steps}`)
  })
  await look(page, 'submit')
  await step('it is submitted', page, async () => {
    await page.getByRole('dialog').getByRole('button', { name: transition('submit'), exact: true }).click()
    await page.getByRole('dialog').waitFor({ state: 'hidden' })
  })

  // ── Two levels approve.
  const approve = async (person, who) => {
    await step(`${who} finds the task and approves`, person.page, async () => {
      await person.page.goto(`${server.url}/tasks`)
      await person.page.getByRole('link', { name: /QT-/ }).first().waitFor()
      if (who === 'the sales manager') await picture(person.page, 'tasks')
      await person.page.goto(address)
      const panel = person.page.getByRole('region', { name: t('record:approval.title') })
      await panel.waitFor()
      await panel.getByRole('button', { name: t('record:approval.verb.approve'), exact: true }).click()
      await person.page.getByRole('dialog').getByRole('button', { name: t('record:approval.verb.approve'), exact: true }).click()
      await panel.waitFor({ state: 'hidden' })
    })
  }
  await step('the notice in the bell says who asks for what', manager.page, async () => {
    await manager.page.goto(`${server.url}/notifications`)
    const notice = manager.page.getByRole('main').getByRole('link', { name: /QT-/ }).first()
    await notice.filter({ hasText: as('sales_rep').name.split(' ')[0] }).waitFor()
  })
  await look(manager.page, 'notifications')
  await approve(manager, 'the sales manager')
  const finance = await open()
  await step('the finance manager signs in', finance.page, () => signIn(finance.page, as('finance_manager')))
  await step('the task is announced on the home page', finance.page, () => finance.page.getByRole('link', { name: /QT-/ }).first().waitFor(), { goOn: true })
  await finance.page.goto(address)
  await finance.page.getByRole('region', { name: t('record:approval.title') }).waitFor()
  await step('the finance manager sees the way it took, and why it came to them', finance.page, async () => {
    await finance.page.getByRole('region', { name: t('record:approval.title') }).getByRole('link', { name: t('record:approval.why') }).click()
    await finance.page.waitForURL(/\/workflows\//)
    await finance.page.getByRole('heading', { level: 3, name: t('workflows:why.title') }).waitFor()
    await finance.page.getByText(like(t('workflows:why.decided'))).first().waitFor()
    await finance.page.getByRole('button', { name: t('workflows:graph.list'), exact: true }).click()
    await finance.page.getByRole('list', { name: t('workflows:graph.outline') }).getByRole('button').first().waitFor()
    await finance.page.getByRole('button', { name: t('workflows:graph.picture'), exact: true }).click()
    await finance.page.getByRole('group', { name: like(t('workflows:graph.of')) }).waitFor()
  })
  await look(finance.page, 'workflow')
  await finance.page.goto(address)
  await finance.page.getByRole('region', { name: t('record:approval.title') }).waitFor()
  await look(finance.page, 'approval')
  await approve(finance, 'the finance manager')

  // ── An administrator looks over the firm's settings.
  const admin = await open()
  await step('the administrator changes a setting, and is told who did', admin.page, async () => {
    await signIn(admin.page, as('it_admin'))
    await admin.page.goto(`${server.url}/organisation/settings`)
    const days = admin.page.getByRole('textbox').and(admin.page.locator('#setting-quote_valid_days'))
    await days.fill('45')
    await admin.page.getByRole('button', { name: t('action.save'), exact: true }).click()
    await admin.page.getByRole('listitem').filter({ hasText: as('it_admin').name }).filter({ hasText: '45' }).waitFor()
  })
  await look(admin.page, 'settings')

  // ── The salesperson sees it and goes on.
  await step('the quotation shows as approved without a reload', page, () => comesTo(page, quotation.lifecycle.states.approved.label))
  await look(page, 'approved')
  await step('it is sent and accepted, and an order is made of it', page, async () => {
    await act(page, t, transition('send'))
    await comesTo(page, quotation.lifecycle.states.sent.label)
    await act(page, t, transition('accept'))
    if (quotation.lifecycle.transitions.accept.confirm) await page.getByRole('dialog').or(page.getByRole('alertdialog')).first().getByRole('button').last().click()
    // What it makes is where one goes on.
    await page.waitForURL(/\/e\/sales_order\//)
    await page.goto(`${server.url}/e/sales_order`)
    await page.getByText(/SO-\d+|SC-\d+/).first().waitFor()
  })
  await look(page, 'orders')
  for (const [who, one] of Object.entries({ manager, rep, finance, admin })) {
    await step(`nothing broke in the browser of the ${who}`, one.page, () => {
      if (one.problems.length > 0) throw new Error(one.problems.join('\n'))
    }, { goOn: true })
    await one.context.close()
  }
}

const grid = (page) => page.getByRole('grid').first()
const headings = (page) => grid(page).getByRole('columnheader').allInnerTexts()

/** Types into the cell of the last line under a heading, as at a spreadsheet; a column that searches offers what fits. */
async function typeIn(page, table, label, text, { chooses = false } = {}) {
  const column = (await headings(page)).findIndex((heading) => heading.startsWith(label))
  if (column < 0) throw new Error(`no column ${label}`)
  const cell = table.getByRole('row').nth(1).getByRole('gridcell').nth(column - 1)
  await cell.click()
  await page.keyboard.type(text, { delay: 15 })
  if (chooses) await page.getByRole('option', { name: new RegExp(text) }).first().waitFor()
  await page.keyboard.press('Enter')
}
