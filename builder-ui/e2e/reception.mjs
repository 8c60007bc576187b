// The pack's reception of customers again, in the studio alone and by keys alone: a customer, a budget line by line, an approval
// by what it comes to, an office that arranges it. Told in keys and seconds.
import { fingers, send } from './hands.mjs'
import { kit } from './kit.mjs'

export async function reception(setting) {
  const { server, name } = setting
  const { t, step, as, open, signIn, appModel } = await kit(setting)
  const builder = await open()
  const { page } = builder
  await step('the administrator signs in', page, () => signIn(page, as('it_admin')))
  const { press, type, tabTo, pane, pressed } = fingers(page)
  const app = 'Guest visit'
  const began = Date.now()
  const button = (label, within = page) => within.getByRole('button', { name: label, exact: true })
  const catalog = page.getByRole('navigation', { name: t('studio:catalog.label') })
  const palette = page.getByRole('group', { name: t('studio:palette.label') })
  const canvas = page.getByRole('group', { name: t('studio:form.label'), exact: true })
  const picture = page.getByRole('group', { name: t('studio:flow.label'), exact: true })
  const panel = page.getByRole('complementary', { name: t('studio:panel.label') })
  const box = (key) => panel.getByRole('textbox', { name: t(key), exact: true })
  const hit = async (locator, key = 'Tab') => { await tabTo(locator, key); await press('Enter') }
  const over = async (locator, text) => { await tabTo(locator); await press('Control+A'); await type(text) }
  /** Chooses from a list by what is typed, or by arrows where it does not search. */
  const choose = async (combo, option, search = true) => {
    await tabTo(combo)
    if (search) await type(option)
    else await press('Enter')
    const exact = { hasText: new RegExp(`^${option}$`) }
    await page.locator('.ant-select-dropdown:visible .ant-select-item-option').filter(exact).first().waitFor()
    for (let n = 0; n < 60 && !(await page.locator('.ant-select-dropdown:visible .ant-select-item-option-active').filter(exact).count()); n += 1) await press('ArrowDown')
    await press('Enter')
  }
  const menu = async (label) => {
    const item = page.getByRole('menuitem', { name: label, exact: true })
    await item.waitFor()
    for (let n = 0; n < 60 && !(await item.evaluate((element) => element === document.activeElement)); n += 1) await press('ArrowDown')
    await press('Enter')
  }
  const field = async (kind, label) => {
    await pane(palette, 'Shift+F6')
    await hit(button(t(`studio:types.${kind}`), palette))
    await panel.getByRole('heading', { level: 2, name: t('studio:panel.field') }).waitFor()
    await pane(panel)
    await over(box('studio:field.label'), label)
  }
  const put = async (after, kind, label) => {
    await pane(picture, 'Shift+F6')
    await hit(picture.getByRole('button', { name: t('studio:flow.insert', { name: after }), exact: true }).first())
    await menu(t(`studio:flow.types.${kind}`))
    await panel.getByRole('heading', { level: 2, name: t(`studio:flow.types.${kind}`) }).waitFor()
    await pane(panel)
    await over(box('studio:field.label'), label)
  }
  const decides = async (label, role) => {
    await choose(panel.getByRole('combobox', { name: label, exact: true }).last(), t('studio:flow.sources.role'), false)
    await choose(panel.getByRole('combobox', { name: t('studio:kind.role'), exact: true }).last(), role)
  }
  const above = async (after, label, amount) => {
    await put(after, 'switch', label)
    await hit(button(t('studio:flow.as_sentence'), panel))
    await over(box('studio:flow.value'), amount)
  }
  await page.goto(`${server.url}/studio`)

  await step('by keys alone: the app is begun from a template', page, async () => {
    await hit(button(t('studio:home.new')))
    await hit(page.getByRole('button', { name: /^Reception of guests/ }))
    await over(page.getByRole('textbox', { name: t('studio:new.label'), exact: true }), app)
    await choose(page.getByRole('combobox', { name: t('studio:new.roles') }), 'Employee')
    await press('Escape')
    await hit(button(t('studio:new.as_draft')))
    await canvas.waitFor()
  })
  await step('by keys alone: the form gets the customer, and a budget of lines that is summed up', page, async () => {
    await field('reference', 'Customer')
    await choose(panel.getByRole('combobox', { name: t('studio:field.to'), exact: true }), 'Customer')
    await field('lines', 'Budget lines')
    await pane(canvas, 'Shift+F6')
    await hit(canvas.getByRole('button', { name: /^Text/ }))
    await field('money', 'Cost')
    await pane(canvas, 'Shift+F6')
    await hit(canvas.getByRole('button', { name: /^Budget Number/ }))
    await pane(panel)
    await choose(panel.getByRole('combobox', { name: t('studio:formula.put'), exact: true }).first(), 'Sum of Cost in Budget lines')
  })
  await step('by keys alone: the approval asks by the budget, and the office arranges', page, async () => {
    await pane(catalog, 'Shift+F6')
    await hit(catalog.getByRole('button', { name: new RegExp(`^${app}: `) }))
    await picture.waitFor()
    await put('Manager', 'form', 'Office arranges')
    await decides(t('studio:flow.people'), 'Office')
    await above('Manager', 'High budget', '20000')
    await put('High budget', 'approval', 'General manager')
    await decides(t('studio:flow.approvers'), 'General manager')
    await above('Manager', 'Budget', '5000')
    await put('Budget', 'approval', 'Finance manager')
    await decides(t('studio:flow.approvers'), 'Finance manager')
  })
  await step('by keys alone: it is published', page, async () => {
    await page.getByRole('status').filter({ hasText: t('studio:saving.saved') }).waitFor()
    await press('Control+Enter')
    const dialog = page.getByRole('dialog')
    await tabTo(dialog.getByRole('textbox'))
    await type('Visits')
    await hit(button(t('studio:publish.action'), dialog))
    await page.waitForURL(/\/studio$/)
  })
  console.log(`        ${name}: visits with a budget, two limits and a task for the office: ${pressed()} keys, ${((Date.now() - began) / 1000).toFixed(1)} s`)

  const rep = await open()
  await step('a visit for 6,000 asks the manager, finance and the office', rep.page, async () => {
    await signIn(rep.page, as('sales_rep'))
    const { entities } = await appModel(rep.page)
    const { fields } = entities.x_guest_visit
    const named = (all, label) => Object.keys(all).find((key) => all[key].label === label)
    const lines = named(fields, 'Budget lines')
    const customer = (await send(rep.page, 'GET', '/api/records/customer/lookup?q=&limit=1')).body.rows[0].id
    const made = await send(rep.page, 'POST', '/api/records/x_guest_visit', {
      guests: 'Two buyers', visit_on: '2027-03-02', [named(fields, 'Customer')]: customer, [lines]: [{ [named(fields[lines].fields, 'Text')]: 'Hotel', [named(fields[lines].fields, 'Cost')]: 6000 }],
    })
    if (made.status >= 300) throw new Error(`it is not saved: ${JSON.stringify(made.body)}`)
    await rep.page.goto(`${server.url}/e/x_guest_visit/${made.body.record.id}`)
    await rep.page.getByRole('button', { name: 'Submit', exact: true }).click()
    const steps = rep.page.getByRole('dialog').getByRole('list', { name: t('record:submit.steps') })
    await steps.waitFor()
    const told = await steps.innerText()
    for (const one of ['Manager', 'Finance manager', 'Office arranges']) if (!told.includes(one)) throw new Error(`${one} is not asked:\n${told}`)
    if (told.includes('General manager')) throw new Error(`the general manager is asked:\n${told}`)
  })
  for (const one of [builder, rep]) if (one.problems.length) throw new Error(one.problems.join('\n'))
  await builder.context.close()
  await rep.context.close()
}
