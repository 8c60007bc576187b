// A builder changes the quotation's form and the limit of its approval with the mouse; staff see it. By keys alone: `keys.mjs`.
// Each way tells how many clicks and seconds it took.
import { kit } from './kit.mjs'
import { like } from './words.mjs'

export async function studio(setting) {
  const { language, server, name } = setting
  const { t, step, as, open, look, signIn, appModel } = await kit(setting)
  const told = (what, clicks, began) => console.log(`        ${name}: ${what}: ${clicks} clicks, ${((Date.now() - began) / 1000).toFixed(1)} s`)

  const builder = await open()
  const { page } = builder
  await step('the administrator signs in', page, () => signIn(page, as('it_admin')))
  // What things are called is asked as somebody who works with them: the administrator reads no quotations.
  const rep = await open()
  await step('a salesperson signs in', rep.page, () => signIn(rep.page, as('sales_rep')))
  const model = await appModel(rep.page)
  const catalog = () => page.getByRole('navigation', { name: t('studio:catalog.label') })
  const canvas = () => page.getByRole('group', { name: t('studio:form.label'), exact: true })
  const palette = () => page.getByRole('group', { name: t('studio:palette.label') })
  const saved = () => page.getByRole('status').filter({ hasText: t('studio:saving.saved') }).waitFor()
  /** The definition of this name among those of an entity: forms are called alike, so the group counts. */
  const entry = (group, label) => catalog().locator('section', { has: page.getByRole('heading', { level: 2, name: group, exact: true }) }).getByRole('button', { name: label })

  let began = Date.now()
  await step('a draft is begun', page, async () => {
    await page.getByRole('link', { name: t('shell.studio'), exact: true }).click()
    await page.getByRole('button', { name: t('studio:home.begin') }).click()
    await catalog().waitFor()
  })
  await look(page, 'studio-draft')
  await step('the form of the quotation opens', page, async () => {
    await entry(model.entities.quotation.label, t('studio:catalog.form')).click()
    await canvas().waitFor()
  })
  await look(page, 'studio-form')
  const fieldLabel = language === 'en' ? 'Buyer reference' : '买方编号'
  await step('a field is dragged onto the form and named', page, async () => {
    await drag(page, palette().getByRole('button', { name: t('studio:types.text'), exact: true }), canvas().getByRole('button', { name: new RegExp(`^${model.entities.quotation.fields.contact.label}`) }))
    await page.getByRole('textbox', { name: t('studio:field.label'), exact: true }).waitFor()
    await page.keyboard.press('Control+A')
    await page.keyboard.type(fieldLabel)
    await canvas().getByRole('button', { name: new RegExp(`^${fieldLabel}`) }).waitFor()
    await saved()
  })
  await look(page, 'studio-field')
  const publish = async (note) => {
    await page.getByRole('button', { name: t('studio:publish.action'), exact: true }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByRole('textbox').fill(note)
    await dialog.getByRole('button', { name: t('studio:publish.action') }).click()
    await page.waitForURL(/\/studio$/)
  }
  await step('it is published', page, () => publish('A field'))
  told('a new field on the form of the quotation, published', 6, began)

  await step('a salesperson finds the field where it was put', rep.page, async () => {
    await rep.page.goto(`${server.url}/e/quotation/new`)
    await rep.page.getByLabel(fieldLabel).waitFor()
    const labels = await rep.page.locator('main label').allTextContents()
    const at = labels.findIndex((text) => text.startsWith(fieldLabel))
    if (!labels[at - 1]?.startsWith(model.entities.quotation.fields.contact.label)) throw new Error(`it stands elsewhere: ${labels.slice(0, 8).join(', ')}`)
    const known = await appModel(rep.page)
    if (!Object.values(known.entities.quotation.fields).some((field) => field.label === fieldLabel)) throw new Error('the API does not know it')
  })

  began = Date.now()
  await step('the limit of the approval is moved and published', page, async () => {
    await page.getByRole('button', { name: t('studio:home.begin') }).click()
    await catalog().getByRole('button', { name: await named('decisions/quotation_level.json') }).click()
    const cell = page.locator('input[value="> 200000"]')
    await cell.fill('> 250000')
    await saved()
    await publish('A higher limit')
  })
  told('another limit, published', 5, began)
  if (Date.now() - began > 60_000) await step('within a minute', page, () => { throw new Error('it took longer') })

  await step('the approval is a picture whose steps can be added to', page, async () => {
    await page.getByRole('button', { name: t('studio:home.begin') }).click()
    await catalog().waitFor()
    await catalog().getByRole('button', { name: await named('workflows/quotation_approval.json') }).click()
    const picture = page.getByRole('group', { name: t('studio:flow.label') })
    const before = await picture.getByRole('button', { name: like(t('studio:flow.insert')) }).count()
    await picture.getByRole('button', { name: like(t('studio:flow.insert')) }).last().click()
    await page.getByRole('menuitem', { name: t('studio:flow.types.approval'), exact: true }).click()
    await page.getByRole('complementary', { name: t('studio:panel.label') }).waitFor()
    if ((await picture.getByRole('button', { name: like(t('studio:flow.insert')) }).count()) <= before) throw new Error('no step came')
    await saved()
  })
  await look(page, 'studio-flow')

  await step('of two who changed the same, the later is asked', page, async () => {
    const begin = async (label) => {
      await page.goto(`${server.url}/studio`)
      const id = await page.evaluate(async (to) => {
        const session = await (await fetch('/api/session')).json()
        const send = async (method, path, body) => (await fetch(path, { method, headers: { 'content-type': 'application/json', 'x-csrf-token': session.csrf }, body: JSON.stringify(body) })).json()
        const draft = await send('POST', '/api/studio/drafts', { title: to })
        const file = 'trade/entities/unit.json'
        const { definition } = await (await fetch(`/api/studio/drafts/${draft.id}/definitions/${file}`)).json()
        await send('PATCH', `/api/studio/drafts/${draft.id}`, { version: draft.version, definitions: { [file]: { ...definition, help: to } } })
        return draft.id
      }, label)
      return id
    }
    const [mine, theirs] = [await begin('mine'), await begin('theirs')]
    await page.goto(`${server.url}/studio/${theirs}`)
    await publish('first')
    began = Date.now()
    await page.goto(`${server.url}/studio/${mine}`)
    await page.getByRole('button', { name: t('studio:publish.action'), exact: true }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByText('theirs').waitFor()
    await dialog.getByRole('radio').first().check()
    await dialog.getByRole('button', { name: t('studio:conflict.done') }).click()
    await dialog.getByRole('textbox').fill('joined')
    await dialog.getByRole('button', { name: t('studio:publish.action') }).click()
    await page.waitForURL(/\/studio$/)
    told('two who changed the same: one chosen, both published', 4, began)
    const model = await appModel(page)
    if (model.entities.unit.help !== 'mine' && language === 'en') throw new Error(`what was chosen does not hold: ${model.entities.unit.help}`)
  })

  for (const one of [builder, rep]) if (one.problems.length) throw new Error(one.problems.join('\n'))
  await builder.context.close()
  await rep.context.close()

  /** What a definition is called in the reader's language. */
  async function named(path) {
    await page.waitForURL(/\/studio\/[^/]+$/)
    const id = new URL(page.url()).pathname.split('/').at(-1)
    const draft = await page.evaluate((draftId) => fetch(`/api/studio/drafts/${draftId}`).then((answer) => answer.json()), id)
    // Its texts in other languages lie in a file that ends with the same path.
    const { label, name: itself } = draft.definitions.find((one) => one.file === `trade/${path}`)
    // Without a label it is called by its name, as a person would write it.
    const said = label ?? `${itself[0].toUpperCase()}${itself.slice(1).replaceAll('_', ' ')}`
    // What it is marked with follows; another name may begin alike.
    return new RegExp(`^${said}( |$)`)
  }
}

/** A real drag with the mouse, onto the right half of what takes it. */
export async function drag(page, from, to) {
  const a = await from.boundingBox()
  const b = await to.boundingBox()
  await page.mouse.move(a.x + 20, a.y + a.height / 2)
  await page.mouse.down()
  await page.mouse.move(a.x + 60, a.y + a.height / 2 + 20, { steps: 5 })
  await page.mouse.move(b.x + b.width - 14, b.y + b.height / 2, { steps: 12 })
  await page.mouse.up()
}
