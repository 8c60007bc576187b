import { screen, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { beforeEach, describe, expect, it } from 'vitest'
import { fakeServer, type FakeServer } from '@/test/fake-server'
import { renderPage } from '@/test/render'
import { graph, why } from './fixture'
import InstancePage from './instance-page'

let server: FakeServer

beforeEach(async () => {
  server = fakeServer()
  await server.signIn()
})

async function open(change: Partial<typeof graph> = {}) {
  server.once('GET', /graph$/, 200, { ...graph, ...change })
  await renderPage(null, { routes: [{ path: '/workflows/:id', element: <InstancePage /> }], at: '/workflows/i1' })
  await screen.findByRole('heading', { name: 'QT-2026-0007', level: 1 })
}

describe('the page of a workflow', () => {
  it('shows every step as a button that says how it stands without its colour', async () => {
    await open()
    const picture = screen.getByRole('group', { name: /way of/ })
    expect(within(picture).getByRole('button', { name: /Sales manager, approved, Li Na/ })).toBeVisible()
    expect(within(picture).getByRole('button', { name: /Finance, waiting, Chen Jing/ })).toBeVisible()
  })

  it('shows the same as a list', async () => {
    await open()
    await userEvent.click(screen.getByRole('button', { name: 'List' }))
    const rows = within(screen.getByRole('list', { name: 'The steps in order' })).getAllByRole('button')
    expect(rows.map((row) => row.textContent)).toEqual([
      expect.stringContaining('Start'), expect.stringContaining('Needs approval'), expect.stringContaining('Sales manager'), expect.stringContaining('Finance'), expect.stringContaining('Approved'), expect.stringContaining('Rejected'),
    ])
  })

  it('tells in sentences why it came to a step, and leads to the rule', async () => {
    await open()
    server.once('GET', /why$/, 200, why)
    await userEvent.click(screen.getByRole('button', { name: /Finance, waiting/ }))
    expect(await screen.findByText(/the case “Level 2 and above” held/)).toBeVisible()
    expect(screen.getByText('Amount over CNY 500,000')).toBeVisible()
    expect(screen.getByText('CNY 640,000.00')).toBeVisible()
    expect(screen.getByText(/something that you may not see/)).toBeVisible()
    expect(screen.getByText('Chen Jing has the role “Finance manager”.')).toBeVisible()
    expect(screen.getByRole('button', { name: 'Change this rule' })).toBeVisible()
  })

  it('asks an administrator for a reason before it is suspended', async () => {
    await open()
    await userEvent.click(screen.getByRole('button', { name: 'Step in' }))
    await userEvent.click(await screen.findByRole('menuitem', { name: /Suspend/ }))
    const dialog = await screen.findByRole('dialog', { name: 'Suspend this workflow?' })
    const sure = within(dialog).getByRole('button', { name: 'Suspend' })
    expect(sure).toBeDisabled()
    await userEvent.type(within(dialog).getByRole('textbox'), 'The price list is wrong')
    server.once('POST', /suspend$/, 200, {})
    await userEvent.click(sure)
    expect(server.last('POST', /instances\/i1\/suspend$/)?.body).toEqual({ reason: 'The price list is wrong' })
  })

  it('offers nothing to step in with to those who are no administrators', async () => {
    await open({ can_operate: false })
    expect(screen.queryByRole('button', { name: 'Step in' })).toBeNull()
  })

  it('has what could not be done tried again with a reason', async () => {
    await open({ incidents: [{ token: 4, node: 'finance', label: 'Finance', code: 'workflow_fault', message: 'division by zero', at: '2026-11-21T02:00:00Z' }] })
    const told = screen.getByRole('alert')
    expect(told).toHaveTextContent('division by zero')
    await userEvent.click(within(told).getByRole('button', { name: 'Try again' }))
    const dialog = await screen.findByRole('dialog', { name: 'Try “Finance” again?' })
    await userEvent.type(within(dialog).getByRole('textbox'), 'The rate is there now')
    server.once('POST', /retry$/, 200, {})
    await userEvent.click(within(dialog).getByRole('button', { name: 'Try again' }))
    expect(server.last('POST', /instances\/i1\/incidents\/4\/retry$/)?.body).toEqual({ reason: 'The rate is there now' })
  })
})
