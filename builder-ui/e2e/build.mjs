// A leave flow out of a template by clicks alone: manager, above three days the head of the department, personnel. Told in clicks
// and seconds; what is then exported is what `portolan fmt` would write.
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { kit } from './kit.mjs'
import { binary } from './server.mjs'
import { like } from './words.mjs'

/** No more clicks than this from a template. */
const most = 20

export async function build(setting) {
  const { language, server, name } = setting
  const { t, step, as, open, look, signIn } = await kit(setting)
  const builder = await open()
  const { page } = builder
  await step('the administrator signs in', page, () => signIn(page, as('it_admin')))
  await page.goto(`${server.url}/studio`)
  let clicks = 0
  const click = async (locator) => { clicks += 1; await locator.click() }
  const panel = page.getByRole('complementary', { name: t('studio:panel.label') })
  const picture = page.getByRole('group', { name: t('studio:flow.label'), exact: true })
  const saved = () => page.getByRole('status').filter({ hasText: t('studio:saving.saved') }).waitFor()
  const pick = async (label, option) => {
    await click(panel.getByRole('combobox', { name: label, exact: true }).last())
    await click(page.locator('.ant-select-dropdown:visible').getByText(option, { exact: true }))
  }
  const put = async (after, type) => {
    await click(picture.getByRole('button', { name: t('studio:flow.insert', { name: after }) }).first())
    await click(page.getByRole('menuitem', { name: t(`studio:flow.types.${type}`), exact: true }))
    await panel.getByRole('heading', { level: 2, name: t(`studio:flow.types.${type}`) }).waitFor()
  }
  const call = async (label) => {
    const box = panel.getByRole('textbox', { name: t('studio:field.label') })
    await box.focus()
    await page.keyboard.press('Control+A')
    await page.keyboard.type(label)
  }

  const began = Date.now()
  await step('a leave flow is built from a template and published', page, async () => {
    await click(page.getByRole('button', { name: t('studio:home.new') }))
    await click(page.getByRole('button', { name: /^Leave request/ }))
    await click(page.getByRole('button', { name: t('studio:new.as_draft') }))
    const catalog = page.getByRole('navigation', { name: t('studio:catalog.label') })
    await catalog.waitFor()
    await click(catalog.getByRole('button', { name: /^Leave request: / }))
    await picture.waitFor()
    const manager = (await picture.getByRole('button', { name: like(t('studio:flow.insert')) }).nth(1).getAttribute('aria-label')).slice(t('studio:flow.insert', { name: '' }).length)
    await put(manager, 'approval')
    await pick(t('studio:flow.approvers'), t('studio:flow.sources.role'))
    await pick(t('studio:kind.role'), 'Personnel')
    await call('Personnel files it')
    await put(manager, 'switch')
    await click(panel.getByRole('button', { name: t('studio:flow.as_sentence') }))
    await panel.getByRole('textbox', { name: t('studio:flow.value') }).focus()
    await page.keyboard.type('3')
    await put(t('studio:flow.new.switch'), 'approval')
    await pick(t('studio:flow.approvers'), t('studio:flow.sources.department_head'))
    await call('Head of the department')
    await saved()
    await look(page, 'built-flow')
    await click(page.getByRole('button', { name: t('studio:publish.action'), exact: true }))
    const dialog = page.getByRole('dialog')
    await dialog.getByRole('textbox').fill('Leave')
    await click(dialog.getByRole('button', { name: t('studio:publish.action') }))
    await page.waitForURL(/\/studio$/)
  })
  console.log(`        ${name}: a flow on three levels with a condition, from a template: ${clicks} clicks, ${((Date.now() - began) / 1000).toFixed(1)} s`)
  await step(`in at most ${most} clicks`, page, () => { if (clicks > most) throw new Error(`${clicks} clicks`) }, { goOn: true })

  const files = (await page.evaluate(() => fetch('/api/definitions/2').then((answer) => answer.json()))).packs.find((pack) => pack.name === 'site').files
  await step('it is what was built', page, () => {
    const { nodes } = JSON.parse(files.find((file) => file.path === 'workflows/x_leave_request_approval.json').text)
    const way = Object.values(nodes).find((node) => node.type === 'switch')
    const [long] = Object.values(way.cases)
    if (JSON.stringify(long.when) !== '["days",">",3]') throw new Error(`the condition is ${JSON.stringify(long.when)}`)
    if (nodes[nodes[nodes.start.next].next] !== way) throw new Error('the manager is not asked first')
    if (!nodes[long.next].approvers[0].department_head) throw new Error('above three days it is not the head')
    if (nodes[long.next].next !== way.default || nodes[way.default].approvers[0].role !== 'hr') throw new Error('personnel is not last')
  })
  await step('what is exported is what `portolan fmt` writes', page, () => {
    const folder = mkdtempSync(join(tmpdir(), 'portolan-built-'))
    for (const { path, text } of files) {
      const at = join(folder, 'site', path)
      mkdirSync(dirname(at), { recursive: true })
      writeFileSync(at, text)
    }
    try {
      execFileSync(binary, ['fmt', '--check', join(folder, 'site')], { stdio: 'pipe' })
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })
  if (builder.problems.length) throw new Error(builder.problems.join('\n'))
  await builder.context.close()
}
