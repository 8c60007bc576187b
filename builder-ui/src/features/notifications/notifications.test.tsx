import { screen } from '@testing-library/react'
import { beforeEach, expect, it } from 'vitest'
import { fakeServer, type FakeServer } from '@/test/fake-server'
import { renderPage } from '@/test/render'
import NotificationsPage from './notifications-page'

let server: FakeServer
beforeEach(async () => {
  server = fakeServer()
  await server.signIn()
})

const notice = (kind: string, about: object) => ({
  id: kind, kind, at: '2026-11-21T08:00:00.000Z', read_at: null, entity: 'quotation', record: 'r1', title: 'QT-1', about,
})

it('tells of each kind what happened, by whom and why', async () => {
  server.once('GET', /^\/api\/notifications$/, 200, {
    rows: [
      notice('task', { initiator_name: 'Lin Wei', label: 'Finance manager', message: 'x' }),
      { ...notice('task', { by_name: 'Amy', label: 'Finance manager', reason: null }), id: 'handed over' },
      notice('returned', { by_name: 'Amy', reason: 'Which freight?' }),
      notice('decided', { by_name: 'Amy', outcome: 'rejected' }),
      notice('mention', { by_name: 'Amy', message: '@[Wu Kai](u5) look' }),
      notice('notify', { message: 'QT-1 was rejected' }),
    ],
    unread: 6, next: null,
  })
  await renderPage(<NotificationsPage />)
  expect(await screen.findByText('Lin Wei asks for your decision: Finance manager')).toBeVisible()
  expect(screen.getByText('Amy handed it over to you: Finance manager')).toBeVisible()
  expect(screen.getByText('Amy returned it to you – “Which freight?”')).toBeVisible()
  expect(screen.getByText('Approval ended: Rejected')).toBeVisible()
  expect(screen.getByText('Amy mentioned you – “@Wu Kai look”')).toBeVisible()
  expect(screen.getByText('QT-1 was rejected')).toBeVisible()
})

it('does not lead to a record that may not be seen any more', async () => {
  server.once('GET', /^\/api\/notifications$/, 200, { rows: [{ ...notice('notify', { message: 'Look' }), title: null }], unread: 1, next: null })
  await renderPage(<NotificationsPage />)
  expect(await screen.findByText('A record that you may not see any more')).toBeVisible()
  const elsewhere = screen.queryAllByRole('link').filter((link) => !link.getAttribute('href')?.startsWith('/notifications'))
  expect(elsewhere).toEqual([])
})

it('tells of what is about no record by itself, and leads to where it is looked after', async () => {
  const about = (kind: string, told: object) => ({ ...notice(kind, told), entity: null, record: null, title: null })
  server.once('GET', /^\/api\/notifications$/, 200, {
    rows: [about('kept_aside', { fields: 'item.size', on: '2027-03-01' }), about('incident', { kind: 'mail' })], unread: 2, next: null,
  })
  await renderPage(<NotificationsPage />)
  const kept = await screen.findByRole('link', { name: /emptied for good on 1 Mar 2027: item\.size/ })
  expect(kept).toHaveAttribute('href', '/organisation/versions')
  expect(screen.getByRole('link', { name: /waits for you: Mail/ })).toHaveAttribute('href', '/organisation/incidents')
  expect(screen.queryByText('A record that you may not see any more')).toBeNull()
})
