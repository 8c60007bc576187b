import { fireEvent, screen, waitFor } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { beforeEach, describe, expect, it } from 'vitest'
import type { FirmSettings } from '@/api/settings'
import { fakeServer, type FakeServer } from '@/test/fake-server'
import { renderPage } from '@/test/render'
import { patchOf, untouched } from './draft'
import SettingsPage from './settings-page'

const now: FirmSettings = {
  company: 'Northwind', language: 'en', zone: 'Asia/Shanghai',
  languages: [{ code: 'en', label: 'English' }, { code: 'zh_hans', label: '简体中文' }],
  packs: [{ name: 'trade', label: 'Trade', settings: [
    { name: 'days', label: 'Days valid', type: 'integer', value: 30, default: 30, own: false },
    { name: 'floor', label: 'Least margin', type: 'percent', value: '0.2', default: '0.15', own: true },
  ] }],
  modules: [{ name: 'sales', label: 'Sales', entities: ['Quotation', 'Order'], on: true }],
  history: [{ id: 'h1', at: '2026-11-21T08:00:00.000Z', by_name: 'Wu Kai', change: { name: 'setting.floor', old: null, new: '0.2' } }],
}

describe('what is sent', () => {
  it('is only what differs from what is set', () => {
    expect(patchOf(untouched, now)).toBeNull()
    expect(patchOf({ company: ' Northwind ', settings: { days: 30, floor: '0.20' } }, now)).toBeNull()
    expect(patchOf({ company: 'South', settings: { days: 45 } }, now)).toEqual({ company: 'South', settings: { days: 45 } })
  })
  it('names the modules that are switched, and no others', () => {
    expect(patchOf({ settings: {}, modules: { sales: true } }, now)).toBeNull()
    expect(patchOf({ settings: {}, modules: { sales: false } }, now)).toEqual({ modules: { sales: false } })
  })
  it('gives a value back to the pack where the firm has one of its own', () => {
    expect(patchOf({ settings: { days: null, floor: null } }, now)).toEqual({ settings: { floor: null } })
  })
})

describe('the settings page', () => {
  let server: FakeServer
  beforeEach(async () => {
    server = fakeServer()
    await server.signIn()
    server.once('GET', /^\/api\/settings$/, 200, now)
    await renderPage(<SettingsPage />)
    await screen.findByLabelText('Days valid')
  })

  it('tells who changed what, from what to what', () => {
    expect(screen.getByText('Wu Kai', { selector: 'strong' })).toBeVisible()
    expect(screen.getByText('15% (as delivered)')).toBeVisible()
  })
  it('saves with the keys that save a record, and tells what was refused at its place', async () => {
    await userEvent.clear(screen.getByLabelText('Days valid'))
    await userEvent.type(screen.getByLabelText('Days valid'), '45')
    server.once('PATCH', /^\/api\/settings$/, 422, { error: { code: 'invalid', message: 'x', details: [{ path: 'settings.days', code: 'max', message: 'at most 40' }] } })
    fireEvent.keyDown(window, { key: 's', ctrlKey: true })
    expect(await screen.findByText('at most 40')).toBeVisible()
    expect(server.last('PATCH', /settings/)?.body).toEqual({ settings: { days: 45 } })
  })
  it('goes back to what the pack says', async () => {
    await userEvent.click(screen.getByRole('button', { name: 'Back to 15%, as delivered' }))
    server.once('PATCH', /^\/api\/settings$/, 200, now)
    await userEvent.click(screen.getByRole('button', { name: 'Save' }))
    await waitFor(() => expect(server.last('PATCH', /settings/)?.body).toEqual({ settings: { floor: null } }))
  })
})
