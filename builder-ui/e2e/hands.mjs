// What builders do in the studio: with a mouse whose clicks are counted, or by keys alone.
import { until } from './kit.mjs'

export function hands(page, t) {
  let clicks = 0
  const click = async (locator) => { clicks += 1; await locator.click() }
  const catalog = page.getByRole('navigation', { name: t('studio:catalog.label') })
  const palette = page.getByRole('group', { name: t('studio:palette.label') })
  const canvas = page.getByRole('group', { name: t('studio:form.label'), exact: true })
  const picture = page.getByRole('group', { name: t('studio:flow.label'), exact: true })
  const panel = page.getByRole('complementary', { name: t('studio:panel.label') })
  /** What is in the draft of a group, as a form, a list or an approval. */
  const entry = (group, label) => catalog.locator('section', { has: page.getByRole('heading', { level: 2, name: group, exact: true }) }).getByRole('button', { name: label })
  const saved = () => page.getByRole('status').filter({ hasText: t('studio:saving.saved') }).waitFor()
  /** Chooses from a list that searches or not. */
  const pick = async (box, option) => {
    await click(box)
    await click(page.locator('.ant-select-dropdown:visible').getByText(option, { exact: true }).first())
  }
  const write = async (box, text) => {
    await box.focus()
    await page.keyboard.press('Control+A')
    await page.keyboard.type(text)
  }
  const called = (label) => write(panel.getByRole('textbox', { name: t('studio:field.label'), exact: true }), label)

  /** A new field of a type after what is chosen, with its name. */
  const field = async (type, label) => {
    await click(palette.getByRole('button', { name: t(`studio:types.${type}`), exact: true }))
    await panel.getByRole('heading', { level: 2, name: t('studio:panel.field') }).waitFor()
    await called(label)
    await canvas.getByRole('button', { name: new RegExp(`^${label}`) }).first().waitFor()
  }
  /** A new step after another one. */
  const put = async (after, type, label) => {
    await click(picture.getByRole('button', { name: t('studio:flow.insert', { name: after }), exact: true }).first())
    await click(page.getByRole('menuitem', { name: t(`studio:flow.types.${type}`), exact: true }))
    await panel.getByRole('heading', { level: 2, name: t(`studio:flow.types.${type}`) }).waitFor()
    await called(label)
  }
  /** A branch that is taken above an amount. */
  const above = async (after, label, amount) => {
    await put(after, 'switch', label)
    await click(panel.getByRole('button', { name: t('studio:flow.as_sentence') }))
    await write(panel.getByRole('textbox', { name: t('studio:flow.value') }), amount)
    await write(panel.getByRole('textbox', { name: t('studio:flow.case_label') }), `${label} > ${amount}`)
  }
  /** Somebody who decides: by a source, and the role where that is one. */
  const decides = async (source, role) => {
    await pick(panel.getByRole('combobox', { name: t('studio:flow.approvers'), exact: true }).last(), t(`studio:flow.sources.${source}`))
    if (role) await pick(panel.getByRole('combobox', { name: t('studio:kind.role'), exact: true }).last(), role)
  }
  const publish = async (note) => {
    await saved()
    await click(page.getByRole('button', { name: t('studio:publish.action'), exact: true }))
    const dialog = page.getByRole('dialog')
    await dialog.getByRole('textbox').fill(note)
    await click(dialog.getByRole('button', { name: t('studio:publish.action') }))
    await page.waitForURL(/\/studio$/)
  }
  return { click, pick, write, field, put, above, decides, publish, entry, saved, catalog, palette, canvas, picture, panel, count: () => clicks }
}

/** The same by keys alone: nothing is focused but by Tab and F6. */
export function fingers(page) {
  let count = 0
  const press = async (key, times = 1) => {
    for (let n = 0; n < times; n += 1) await page.keyboard.press(key)
    count += times
  }
  const type = async (text) => {
    await page.keyboard.type(text)
    count += text.length
  }
  /** Goes to something by Tab; backwards where it stands before. */
  const tabTo = async (locator, key = 'Tab') => {
    await locator.waitFor()
    await until(`${locator} can be used`, () => locator.isEnabled())
    for (let n = 0; n < 250; n += 1) {
      if (await locator.evaluate((element) => element === document.activeElement)) return
      await press(key)
    }
    throw new Error(`${locator} is not reached by ${key}`)
  }
  /** Goes to a part of the page by F6. */
  const pane = async (locator, key = 'F6') => {
    await locator.waitFor()
    for (let n = 0; n < 8; n += 1) {
      if (await locator.evaluate((element) => element.contains(document.activeElement))) return
      await press(key)
    }
    throw new Error(`${locator} is not reached by ${key}: ${await page.evaluate(() => document.activeElement?.outerHTML.slice(0, 300))}`)
  }
  return { press, type, tabTo, pane, pressed: () => count, begin: () => { count = 0 } }
}

/** Sends as whoever is signed in on a page; gives status and body. */
export const send = (page, method, path, body) => page.evaluate(async ([how, where, what]) => {
  const { csrf } = await (await fetch('/api/session')).json()
  const answer = await fetch(where, { method: how, headers: { 'content-type': 'application/json', 'x-csrf-token': csrf, 'idempotency-key': crypto.randomUUID() }, ...(what ? { body: JSON.stringify(what) } : {}) })
  return { status: answer.status, body: await answer.json().catch(() => null) }
}, [method, path, body])
