// Every screen of the studio, looked at: a picture, nothing serious for who cannot see or use a mouse, and on a phone no wider
// than it is. What they do is held by the other journeys.
import { like } from './words.mjs'
import { kit } from './kit.mjs'

export async function screens(setting) {
  const { server, phone } = setting
  const { t, step, as, open, look, signIn } = await kit(setting)
  const admin = await open()
  const { page } = admin
  await step('the administrator signs in', page, () => signIn(page, as('it_admin')))
  const id = await step('a draft is begun', page, () => page.evaluate(async () => {
    const { csrf } = await (await fetch('/api/session')).json()
    return (await (await fetch('/api/studio/drafts', { method: 'POST', headers: { 'content-type': 'application/json', 'x-csrf-token': csrf }, body: JSON.stringify({ title: 'screens' }) })).json()).id
  }))
  const catalog = page.getByRole('navigation', { name: t('studio:catalog.label') })
  const at = (file, more = '') => page.goto(`${server.url}/studio/${id}${file ? `?file=${encodeURIComponent(file)}${more}` : ''}`)
  const shown = async (file, what, ready) => {
    await at(file)
    await ready.waitFor()
    await look(page, what)
  }
  const group = (key) => page.getByRole('group', { name: t(key), exact: true })
  const bar = (key) => page.getByRole('button', { name: t(key), exact: true })

  await page.goto(`${server.url}/studio`)
  await page.getByRole('heading', { level: 1, name: t('studio:title') }).waitFor()
  await page.getByRole('link', { name: /screens/ }).waitFor()
  await look(page, 'home')
  await shown('', 'draft', catalog)
  await step('what can be made is asked for', page, async () => {
    await catalog.getByRole('button', { name: t('studio:catalog.new'), exact: true }).click()
    await page.getByRole('dialog').getByRole('button', { name: like(t('studio:add.kind.approval')) }).waitFor()
  })
  await look(page, 'new')
  await step('an approval is asked for', page, async () => {
    await page.goto(`${server.url}/studio/${id}?fresh=approval&of=customer`)
    await page.getByRole('dialog').getByRole('combobox', { name: t('studio:add.begins') }).waitFor()
  })
  await look(page, 'new-approval')
  await shown('trade/entities/quotation.json', 'form', group('studio:form.label'))
  await step('rules and states are opened', page, async () => {
    await bar('studio:editor.properties').click()
    await group('studio:schema.label').waitFor()
    await group('studio:schema.label').getByRole('textbox').first().waitFor()
  })
  await look(page, 'properties')
  await shown('trade/workflows/quotation_approval.json', 'flow', group('studio:flow.label'))
  await step('a step is opened', page, async () => {
    await group('studio:flow.label').locator('[data-type=approval] button').first().click()
    await page.getByRole('complementary', { name: t('studio:panel.label') }).waitFor()
  })
  await look(page, 'flow-step')
  await step('the flow is tried', page, async () => {
    await at('trade/workflows/quotation_approval.json')
    await bar('studio:trial.action').click()
    await page.getByRole('dialog').getByText(t('studio:trial.text')).waitFor()
  })
  await look(page, 'trial')
  await shown('trade/decisions/quotation_level.json', 'decision', page.getByRole('table'))
  await shown('trade/views/quotation.json', 'list', page.getByRole('button', { name: t('studio:view.add_color') }))
  await shown('trade/views/quotation_board.json', 'board', page.getByRole('combobox', { name: t('studio:view.by') }))
  await shown('trade/roles/sales_rep.json', 'role', page.getByRole('table'))
  await shown('trade/menus/trade.json', 'menu', group('studio:schema.label'))
  await shown('trade/pack.json', 'pack', group('studio:schema.label'))
  await shown('texts', 'texts', page.getByRole('checkbox', { name: t('studio:texts.missing') }))
  await step('why is asked before it is proposed or published', page, async () => {
    await at('trade/entities/unit.json')
    await group('studio:form.label').waitFor()
    await group('studio:form.label').locator('button[aria-pressed]').nth(1).click()
    await page.getByRole('complementary', { name: t('studio:panel.label') }).getByRole('textbox', { name: t('studio:field.help') }).fill('Help')
    await page.getByRole('status').filter({ hasText: t('studio:saving.saved') }).waitFor()
    await page.getByRole('button', { name: t('studio:publish.action'), exact: true }).click()
    await page.getByRole('dialog').getByRole('textbox').waitFor()
  })
  await look(page, 'publish')
  await step('versions', page, async () => {
    await page.goto(`${server.url}/organisation/versions`)
    await page.getByRole('heading', { level: 1 }).waitFor()
    await page.getByRole('listitem').first().waitFor()
  })
  await look(page, 'versions')
  if (!phone) {
    await step('the palette knows what can be made', page, async () => {
      await page.keyboard.press('Control+K')
      await page.getByRole('combobox', { name: t('search.open') }).waitFor()
      await page.keyboard.type(t('build.new_approval'))
      await page.getByRole('option', { name: t('build.new_approval') }).first().waitFor()
    })
    await look(page, 'palette')
    await page.keyboard.press('Escape')
    await page.getByRole('listbox').waitFor({ state: 'hidden' })
    await step('all keys are on a sheet', page, async () => {
      await page.keyboard.press('?')
      await page.getByRole('dialog').waitFor()
    })
    await look(page, 'keys')
  }
  if (admin.problems.length) throw new Error(admin.problems.join('\n'))
  await admin.context.close()
}
