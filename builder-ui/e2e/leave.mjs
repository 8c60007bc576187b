// Leave on a phone: somebody applies for it, their manager and personnel approve, and the balance falls.
import { act, choose, comesTo, kit, until } from './kit.mjs'

const DAY = 86_400_000

export async function leave({ name, language, locale, viewport, phone, browser, server, report }) {
  const { t, step, as, open, look, signIn, appModel } = await kit({ name, language, locale, viewport, phone, browser, server, report })
  const employee = await open()
  const { page } = employee
  await step('an employee signs in', page, () => signIn(page, as('sales_rep')))
  const model = await appModel(page)
  const { leave, leave_balance: balance } = model.entities
  const label = (field) => leave.fields[field].label
  const state = (key) => leave.lifecycle.states[key].label
  const annual = leave.fields.kind.options.find((option) => option.value === 'annual').label
  /** The days that are left of annual leave of a year, as the list of balances tells them. */
  const left = async (year) => {
    await page.goto(`${server.url}/e/leave_balance`)
    const card = page.getByRole('main').getByRole('listitem').filter({ hasText: annual }).filter({ hasText: String(year) })
    const text = await card.first().innerText()
    return Number(text.slice(text.indexOf(balance.fields.left.label)).match(/[\d.]+/)[0])
  }

  await step('the menu leads to leave of their own, and from there to a new request', page, async () => {
    await page.getByRole('button', { name: t('shell.menu'), exact: true }).click()
    await page.getByRole('link', { name: model.views.my_leave.label, exact: true }).click()
    await page.getByRole('button', { name: t('action.new'), exact: true }).click()
    await page.waitForURL(/\/e\/leave\/new/)
  })
  const day = new Date(Date.now() + 6 * DAY)
  const before = await step('the form tells the working days and what is left', page, async () => {
    await choose(page, label('kind'), annual)
    await page.getByLabel(label('reason')).fill('回老家探亲')
    // The next day that is worked: weekends and holidays count for nothing.
    const shown = (field) => page.getByText(label(field), { exact: true }).locator('xpath=following::*[normalize-space()][1]').first().innerText()
    for (let tries = 0; tries < 12 && (await shown('days')) !== '1'; tries++) {
      day.setTime(day.getTime() + DAY)
      for (const field of ['from', 'until']) {
        await page.getByRole('spinbutton', { name: new RegExp(label(field)) }).first().click()
        await page.keyboard.type(day.toISOString().slice(0, 10).replaceAll('-', ''))
      }
      await page.waitForFunction((text) => document.body.innerText.includes(text), label('balance_after'))
    }
    // What the server works out comes a moment later.
    await until('the days that are left are told', async () => /^\d/.test(await shown('balance_left')))
    return Number(await shown('balance_left'))
  })
  await look(page, 'new')
  const submit = leave.lifecycle.transitions.submit.label
  await step('before it is submitted one sees who will decide', page, async () => {
    await act(page, t, submit)
    await page.getByRole('dialog').getByRole('list', { name: t('record:submit.steps') }).waitFor()
  })
  await look(page, 'submit')
  await step('it is submitted', page, async () => {
    await page.getByRole('dialog').getByRole('button', { name: submit, exact: true }).click()
    await comesTo(page, state('approving'))
  })
  const address = page.url()

  for (const role of ['sales_manager', 'hr']) {
    const one = await open()
    await step(`${role} finds it among the tasks and approves`, one.page, async () => {
      await signIn(one.page, as(role))
      await one.page.goto(`${server.url}/tasks`)
      await one.page.getByRole('link', { name: /LV-/ }).first().waitFor()
      await one.page.goto(address)
      const verb = one.page.getByRole('button', { name: t('record:approval.verb.approve'), exact: true })
      await verb.first().click()
      await one.page.getByRole('dialog').getByRole('button', { name: t('record:approval.verb.approve'), exact: true }).click()
      await one.page.getByRole('region', { name: t('record:approval.title') }).waitFor({ state: 'hidden' })
    })
    await step(`nothing broke in the browser of ${role}`, one.page, () => sound(one), { goOn: true })
    await one.context.close()
  }

  await step('it shows as approved without a reload', page, () => comesTo(page, state('approved')))
  await look(page, 'approved')
  await step('the balance has fallen by a day', page, async () => {
    const after = await left(day.getFullYear())
    if (after !== before - 1) throw new Error(`Expected ${before - 1} days, but ${after} are left of ${before}`)
  })
  await step('nothing broke in the browser of the employee', page, () => sound(employee), { goOn: true })
}

const sound = (one) => {
  if (one.problems.length > 0) throw new Error(one.problems.join('\n'))
}
