// The pack's expense claims again, in the studio alone: lines with invoices of which none is claimed twice, an approval by the
// amount, a list of what is to be paid in the menu, rights for the accountant. Told in clicks and seconds.
import { hands, send } from './hands.mjs'
import { kit } from './kit.mjs'

export async function expense(setting) {
  const { server, name } = setting
  const { t, step, as, open, picture: photo, signIn, appModel } = await kit(setting)
  const builder = await open()
  const { page } = builder
  await step('the administrator signs in', page, () => signIn(page, as('it_admin')))
  await page.goto(`${server.url}/studio`)
  const { click, pick, write, field, put, above, decides, publish, entry, catalog, canvas, panel, picture, count } = hands(page, t)
  const began = Date.now()
  const app = 'Travel claim'

  await step('the app is begun from a template', page, async () => {
    await click(page.getByRole('button', { name: t('studio:home.new') }))
    await click(page.getByRole('button', { name: /^Expense claim/ }))
    await write(page.getByRole('textbox', { name: t('studio:new.label'), exact: true }), app)
    await pick(page.getByRole('combobox', { name: t('studio:new.roles') }), 'Employee')
    await page.keyboard.press('Escape')
    await click(page.getByRole('button', { name: t('studio:new.as_draft') }))
    await canvas.waitFor()
  })
  await step('a line gets an invoice that may be claimed once', page, async () => {
    await click(canvas.getByRole('button', { name: /^Note/ }).first())
    await field('text', 'Invoice number')
    await click(panel.getByRole('checkbox', { name: t('studio:field.once') }))
  })
  await photo(page, 'form')
  await step('the approval asks more people the more it comes to', page, async () => {
    await click(entry(app, new RegExp(`^${app}: `)))
    await picture.waitFor()
    await put('Manager', 'approval', 'Accountant')
    await decides('role', 'Accountant')
    await above('Accountant', 'High amount', '10000')
    await put('High amount', 'approval', 'General manager')
    await decides('role', 'General manager')
    await above('Manager', 'Amount', '2000')
    await put('Amount', 'approval', 'Head of the department')
    await decides('department_head')
  })
  await photo(page, 'flow')
  await step('what was approved has a list of its own in the menu', page, async () => {
    await click(catalog.getByRole('button', { name: t('studio:catalog.new_of', { label: app }) }))
    await click(page.getByRole('menuitem', { name: t('studio:add.kind.list') }))
    const dialog = page.getByRole('dialog')
    await write(dialog.getByRole('textbox', { name: t('studio:field.label') }), 'Claims to pay')
    await click(dialog.getByRole('button', { name: t('studio:add.make') }))
    await click(page.getByRole('button', { name: t('studio:view.only') }))
    await pick(page.getByRole('combobox', { name: t('studio:panel.field') }), t('studio:view.system.state'))
    await pick(page.getByRole('combobox', { name: t('studio:flow.value') }), 'Approved')
  })
  await photo(page, 'list')
  await step('the accountant sees all of them', page, async () => {
    await click(catalog.getByRole('button', { name: 'Accountant', exact: true }))
    await pick(page.getByRole('combobox', { name: `${app}: ${t('studio:role.read')}` }), t('studio:role.scopes.all'))
  })
  await photo(page, 'role')
  await step('it is published', page, () => publish('Claims of travellers'))
  console.log(`        ${name}: expense claims with invoices, three limits, a list and rights: ${count()} clicks, ${((Date.now() - began) / 1000).toFixed(1)} s`)

  const rep = await open()
  await step('a salesperson claims an invoice once, and not again', rep.page, async () => {
    await signIn(rep.page, as('sales_rep'))
    const { items } = (await appModel(rep.page)).entities.x_travel_claim.fields
    const invoiceField = Object.keys(items.fields).find((key) => items.fields[key].label === 'Invoice number')
    const claim = (amount, invoice) => send(rep.page, 'POST', '/api/records/x_travel_claim', { purpose: 'Fair', items: [{ spent_on: '2026-03-02', expense_kind: 'travel', amount, [invoiceField]: invoice }] })
    const first = await claim(12000, 'A-1')
    if (first.status >= 300) throw new Error(`it is not saved: ${JSON.stringify(first.body)}`)
    const again = await claim(5, 'A-1')
    if (again.status < 400 || !JSON.stringify(again.body).includes('A-1')) throw new Error(`it is saved again: ${again.status} ${JSON.stringify(again.body)}`)
    await rep.page.goto(`${server.url}/e/x_travel_claim/${first.body.record.id}`)
    await rep.page.getByRole('button', { name: 'Submit', exact: true }).click()
    const steps = rep.page.getByRole('dialog').getByRole('list', { name: t('record:submit.steps') })
    await steps.waitFor()
    const told = await steps.innerText()
    for (const one of ['Manager', 'Head of the department', 'Accountant', 'General manager']) if (!told.includes(one)) throw new Error(`${one} is not asked:\n${told}`)
  })
  await photo(rep.page, 'asked')
  for (const one of [builder, rep]) if (one.problems.length) throw new Error(one.problems.join('\n'))
  await builder.context.close()
  await rep.context.close()
}
