// A form of 300 fields stays fluent: how long a drop takes until the form stands as it then is.
import { kit } from './kit.mjs'
import { drag } from './studio.mjs'

export async function wide(setting) {
  const { server, name } = setting
  const { t, step, as, open, signIn } = await kit(setting)
  const builder = await open()
  const { page } = builder
  await step('the administrator signs in', page, () => signIn(page, as('it_admin')))
  const canvas = page.getByRole('group', { name: t('studio:form.label'), exact: true })
  await step('a form of 300 fields takes drops without delay', page, async () => {
    await page.goto(`${server.url}/studio`)
    const id = await page.evaluate(async (many) => {
      const { csrf } = await (await fetch('/api/session')).json()
      const send = async (method, path, body) => (await fetch(path, { method, headers: { 'content-type': 'application/json', 'x-csrf-token': csrf }, body: JSON.stringify(body) })).json()
      const draft = await send('POST', '/api/studio/drafts', { title: 'wide' })
      const names = Array.from({ length: many }, (_, n) => `x_field_${n}`)
      await send('PATCH', `/api/studio/drafts/${draft.id}`, { version: draft.version, definitions: {
        'site/entities/x_wide.json': { kind: 'entity', name: 'x_wide', label: 'Wide', type: 'master', title: '{x_field_0}', fields: Object.fromEntries(names.map((key, n) => [key, { type: 'text', label: `Field ${n}` }])) },
        'site/forms/x_wide.json': { kind: 'form', name: 'x_wide', entity: 'x_wide', layout: { x_all: { section: 'All', columns: 3, fields: Object.fromEntries(names.map((key) => [key, {}])) } } },
      } })
      return draft.id
    }, 300)
    await page.goto(`${server.url}/studio/${id}?file=${encodeURIComponent('site/entities/x_wide.json')}`)
    const box = (n) => canvas.getByRole('button', { name: `Field ${n} Text`, exact: true })
    await box(0).waitFor()
    // From the drop until the form stands as it then is; the frame that shows it comes after.
    await page.evaluate((label) => {
      window.drops = []
      window.addEventListener('drop', () => {
        const began = performance.now()
        const seen = new MutationObserver(() => {
          void document.body.offsetHeight
          window.drops[window.drops.length - 1] = performance.now() - began
        })
        window.drops.push(Number.POSITIVE_INFINITY)
        seen.observe(document.querySelector(`[role=group][aria-label="${label}"]`), { childList: true, subtree: true })
        setTimeout(() => seen.disconnect(), 400)
      }, true)
    }, t('studio:form.label'))
    for (let n = 0; n < 5; n += 1) {
      await drag(page, box(n * 3), box(n * 3 + 4))
      await page.waitForFunction((count) => window.drops.length === count && Number.isFinite(window.drops[count - 1]), n + 1)
    }
    const [, , middle] = (await page.evaluate(() => window.drops)).sort((a, b) => a - b)
    console.log(`        ${name}: a drop among 300 fields: ${middle.toFixed(0)} ms`)
    // 50 ms are wanted and reached; a machine that does much else may need some more, a form that is drawn anew field by field far more.
    if (middle > 150) throw new Error(`a drop takes ${middle.toFixed(0)} ms`)
  })
  if (builder.problems.length) throw new Error(builder.problems.join('\n'))
  await builder.context.close()
}
