import { describe, expect, it } from 'vitest'
import { makeApp, menuFile, type AppSpec, type Surroundings } from './make-app'
import { specOf, templates } from './templates'
import { words } from './words'

const around = (more: Partial<Surroundings> = {}): Surroundings => ({
  language: 'en', taken: ['customer'], spell: (text) => text, menu: null, menuTexts: null, words: words('en'),
  roles: { clerk: { file: 'trade/roles/clerk.json', definition: { kind: 'role', name: 'clerk', can: { customer: { read: 'all' } } } } }, ...more,
})
const spec = (more: Partial<AppSpec> = {}): AppSpec => ({ label: 'Samples', other: '样品', icon: 'box', fields: [{ label: 'Name', type: 'text', required: true }, { label: 'Way', other: '运输方式', type: 'choice', options: [{ label: 'By sea' }, { label: 'By air' }] }], approval: false, roles: ['clerk'], full: [], ...more })

describe('a new app', () => {
  it('is a thing with a list, a menu entry and the rights of roles, in both languages', () => {
    const { entity, files, names } = makeApp(spec(), around())
    expect([entity, names]).toEqual(['x_samples', ['name', 'way']])
    expect(files['site/entities/x_samples.json']).toMatchObject({ label: 'Samples', title: '{name}', fields: { way: { type: 'choice', options: { by_sea: 'By sea', by_air: 'By air' } } } })
    expect(files['site/views/x_samples.json']).toMatchObject({ entity: 'x_samples', columns: ['name', 'way'] })
    expect(files[menuFile]).toMatchObject({ items: { apps: { items: { x_samples: { view: 'x_samples' } } } } })
    expect(files['trade/roles/clerk.json']).toMatchObject({ can: { customer: { read: 'all' }, x_samples: { read: 'all', create: true } } })
    expect(files['site/translations/zh_hans/entities/x_samples.json']).toMatchObject({ texts: { label: '样品', 'fields.way.label': '运输方式' } })
  })

  it('takes its place in a menu that is there, and a name that is free', () => {
    const menu = { kind: 'menu', name: 'x_apps', items: { apps: { label: 'Apps', items: { x_old: { view: 'x_old' } } } } }
    const { entity, files } = makeApp(spec(), around({ menu, taken: ['x_samples'] }))
    expect(entity).toBe('x_samples_2')
    expect(files[menuFile]).toMatchObject({ items: { apps: { items: { x_old: {}, x_samples_2: {} } } } })
  })

  it('keeps the names of what every record has for the engine', () => {
    const { names } = makeApp(spec({ fields: [{ label: 'Title', type: 'text' }, { label: 'State', type: 'text' }, { label: 'State', type: 'text' }] }), around())
    expect(names).toEqual(['title_2', 'state_2', 'state_3'])
  })

  it('says what a Chinese builder says, and English where they say that too', () => {
    const { files } = makeApp({ ...spec({ label: '样品', other: 'Samples' }), approval: true }, around({ language: 'zh_hans', words: words('zh_hans') }))
    expect(files['site/entities/x_samples.json']).toMatchObject({ label: 'Samples', type: 'document', lifecycle: { states: { approved: { label: 'Approved' } } } })
    expect(files['site/translations/zh_hans/entities/x_samples.json']).toMatchObject({ texts: { label: '样品', 'lifecycle.states.approved.label': '已批准' } })
    expect(files['site/workflows/x_samples_approval.json']).toMatchObject({ entity: 'x_samples' })
  })

  it('comes from each template in either language alike', () => {
    for (const template of templates) {
      const made = (['en', 'zh_hans'] as const).map((language) => makeApp({ ...specOf(template, language), roles: [], full: [] }, around({ language, words: words(language) })))
      expect(made[0]?.files, template.key).toEqual(made[1]?.files)
    }
  })
})
