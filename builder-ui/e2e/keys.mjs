// The same as with the mouse by keys alone: a field on the quotation's form, the limit of its approval, twenty steps taken back
// and done again. Nothing is focused but by Tab. Each way tells how many keys and seconds it took.
import { fingers } from './hands.mjs'
import { kit } from './kit.mjs'

export async function keys(setting) {
  const { server, name } = setting
  const { t, step, as, open, signIn, appModel } = await kit(setting)
  const builder = await open()
  const { page } = builder
  await step('the administrator signs in', page, () => signIn(page, as('it_admin')))
  const rep = await open()
  await step('a salesperson signs in', rep.page, () => signIn(rep.page, as('sales_rep')))
  const { quotation } = (await appModel(rep.page)).entities

  const { press, type, tabTo, pane, pressed, begin: count } = fingers(page)
  const way = async (what, run) => {
    const began = Date.now()
    count()
    await step(what, page, run)
    console.log(`        ${name}: ${what}: ${pressed()} keys, ${((Date.now() - began) / 1000).toFixed(1)} s`)
  }
  const catalog = page.getByRole('navigation', { name: t('studio:catalog.label') })
  const palette = page.getByRole('group', { name: t('studio:palette.label') })
  const canvas = page.getByRole('group', { name: t('studio:form.label'), exact: true })
  const panel = page.getByRole('complementary', { name: t('studio:panel.label') })
  const saved = () => page.getByRole('status').filter({ hasText: t('studio:saving.saved') }).waitFor()
  const find = async (what, entry) => {
    await pane(catalog)
    await tabTo(catalog.getByRole('searchbox'))
    await press('Control+A')
    await type(what)
    await tabTo(entry)
    await press('Enter')
  }
  const begin = async () => {
    await tabTo(page.getByRole('button', { name: t('studio:home.begin') }))
    await press('Enter')
    await catalog.waitFor()
  }
  const publish = async (note) => {
    await saved()
    await press('Control+Enter')
    const dialog = page.getByRole('dialog')
    await tabTo(dialog.getByRole('textbox'))
    await type(note)
    await tabTo(dialog.getByRole('button', { name: t('studio:publish.action') }))
    await press('Enter')
    await page.waitForURL(/\/studio$/)
  }
  await page.goto(`${server.url}/studio`)

  await way('by keys alone: a field is added to the quotation and placed', async () => {
    await begin()
    await find(quotation.label, catalog.locator('section', { has: page.getByRole('heading', { level: 2, name: quotation.label, exact: true }) }).getByRole('button', { name: t('studio:catalog.form') }))
    await canvas.waitFor()
    await pane(palette)
    await tabTo(page.getByRole('button', { name: t('studio:types.text'), exact: true }))
    await press('Enter')
    const label = panel.getByRole('textbox', { name: t('studio:field.label') })
    await label.waitFor()
    await tabTo(label)
    await press('Control+A')
    await type('Buyer reference')
    await pane(canvas, 'Shift+F6')
    await tabTo(canvas.getByRole('button', { name: /^Buyer reference/ }).first())
    await press('Alt+ArrowUp', 2)
  })
  await way('by keys alone: the limit of the approval is moved', async () => {
    await find('approval level', catalog.getByRole('button', { name: /^Approval level of a quotation/ }))
    await tabTo(page.locator('input[value="> 200000"]'))
    await press('Control+A')
    await type('> 250000')
  })
  await way('by keys alone: both are published', () => publish('A field, and a higher limit'))
  await step('the field stands in the form of the staff', rep.page, async () => {
    await rep.page.goto(`${server.url}/e/quotation/new`)
    await rep.page.getByLabel('Buyer reference').waitFor()
  })

  await way('by keys alone: twenty steps are taken back and done again', async () => {
    await begin()
    await find(quotation.label, catalog.locator('section', { has: page.getByRole('heading', { level: 2, name: quotation.label, exact: true }) }).getByRole('button', { name: t('studio:catalog.form') }))
    await pane(canvas)
    await tabTo(canvas.getByRole('button', { name: new RegExp(`^${quotation.fields.contact.label}`) }).first())
    await press('Enter')
    const required = panel.getByRole('checkbox', { name: t('studio:field.required') })
    await pane(panel)
    await tabTo(required)
    const before = await required.isChecked()
    // One more step than an even number, so that what is taken back can be told from what is not.
    await press('Space', 21)
    await press('Control+z', 20)
    if ((await required.isChecked()) === before) throw new Error('twenty steps back is one step on')
    await press('Control+z')
    if ((await required.isChecked()) !== before || (await page.getByRole('button', { name: t('studio:draft.undo_none') }).isEnabled())) throw new Error('not everything was taken back')
    await press('Control+Shift+z', 21)
    if ((await required.isChecked()) === before) throw new Error('not everything was done again')
    await saved()
  })
  for (const one of [builder, rep]) if (one.problems.length) throw new Error(one.problems.join('\n'))
  await builder.context.close()
  await rep.context.close()
}
