import { screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { fakeServer, type FakeServer } from '@/test/fake-server'
import { renderPage } from '@/test/render'
import { phone } from '@/ui/use-media'
import { hours } from './hours'
import SearchPage, { filterOf } from './search-page'

let server: FakeServer

beforeEach(async () => {
  server = fakeServer()
  await server.signIn()
})

describe('the search over workflows', () => {
  it('asks for what waits, longest first, unless something else is chosen', () => {
    expect(filterOf(new URLSearchParams())).toEqual({ order: 'waiting' })
    expect(filterOf(new URLSearchParams('state=overdue&node=finance'))).toEqual({ order: 'waiting', overdue: true, node: 'finance' })
    expect(filterOf(new URLSearchParams('days=3'))).toEqual({ order: 'waiting', waiting_days: 3 })
    expect(filterOf(new URLSearchParams('state=ended&days=3'))).toEqual({ state: 'ended', older_than_days: 3 })
    expect(filterOf(new URLSearchParams('state=all'))).toEqual({})
  })

  it('shows who has it, and leads to its page', async () => {
    const row = {
      id: 'i1', workflow: 'w', label: 'Quotation approval', entity: 'quotation', record: 'r1', title: 'QT-7', status: 'running', started_at: '2026-11-20T02:00:00Z', initiator_name: 'Zhang Wei', round: 1,
      waiting_for: [{ id: 'u3', name: 'Chen Jing', since: '2026-11-21T02:00:00Z', node: 'finance', label: 'Finance manager' }],
    }
    server.once('GET', /search$/, 200, { rows: [row], next: null })
    await renderPage(<SearchPage />)
    const link = await screen.findByRole('link', { name: /QT-7/ })
    expect(link).toHaveAttribute('href', '/workflows/i1')
    expect(link).toHaveTextContent('Chen Jing')
    expect(link).toHaveTextContent('Finance manager')
  })

  it('folds on a phone what narrows the list, and says how much of it is in force', async () => {
    const media = vi.spyOn(window, 'matchMedia').mockImplementation((query) => ({ matches: query === phone, media: query, addEventListener: () => {}, removeEventListener: () => {}, addListener: () => {}, removeListener: () => {} }) as unknown as MediaQueryList)
    server.once('GET', /search$/, 200, { rows: [], next: null })
    await renderPage(<SearchPage />, { at: '/?days=3&node=finance' })
    const button = await screen.findByRole('button', { name: 'Filters (2)' })
    expect(button).toHaveAttribute('aria-expanded', 'false')
    expect(screen.queryByLabelText('Step')).toBeNull()
    await userEvent.setup().click(button)
    expect(screen.getByLabelText('Step')).toBeVisible()
    media.mockRestore()
  })

  it('says what to do where nothing fits', async () => {
    server.once('GET', /search$/, 200, { rows: [], next: null })
    await renderPage(<SearchPage />, { at: '/?state=suspended' })
    expect(await screen.findByText('Nothing fits')).toBeVisible()
    expect(screen.getByRole('button', { name: 'Show what waits for somebody' })).toBeVisible()
  })
})

describe('times', () => {
  it('are told in the unit that fits', () => {
    expect([45, 90, 60 * 47, 60 * 72].map((minutes) => hours(minutes, 'en'))).toEqual(['45 min', '1.5 hr', '47 hr', '3 days'])
  })
})
