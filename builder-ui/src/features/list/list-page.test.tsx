import { cleanup, screen, waitFor, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { beforeEach, describe, expect, it } from 'vitest'
import type { RouteObject } from 'react-router'
import { fakeServer, type FakeServer } from '@/test/fake-server'
import { renderPage } from '@/test/render'
import { forgetKept } from '../../../mock/handlers'
import ListPage from './list-page'

let server: FakeServer
beforeEach(() => {
  localStorage.clear()
  forgetKept()
  server = fakeServer()
})

const routes: RouteObject[] = [
  { path: '/e/:entity', element: <ListPage /> },
  { path: '/v/:view', element: <ListPage /> },
  { path: '/e/:entity/:id', element: <p>the record</p> },
  { path: '/imports', element: <p>the imports</p> },
]
const open = (at: string, change?: Parameters<typeof renderPage>[1] extends { change?: infer C } | undefined ? C : never) =>
  renderPage(null, { routes, at, ...(change ? { change } : {}) })
const asked = () => server.last('GET', /records\/quotation$/)?.query
const rows = () => screen.findAllByRole('row')

describe('a list', () => {
  it('shows the columns of its view, amounts with their currency and references by title', async () => {
    await open('/v/quotation')
    const [head, first] = await rows()
    expect(within(head as HTMLElement).getAllByRole('columnheader').map((one) => one.textContent)).toEqual(['', 'Number', 'Customer', 'Amount', 'Margin', 'State', 'Valid until', 'Owner', 'Quote date'])
    expect(first).toHaveTextContent('QT-202611-0320')
    expect(first).toHaveTextContent(/USD 48,\d{3}\.\d{2}/)
    expect(first).toHaveTextContent('Marco Silva')
    expect(first).toHaveTextContent('Draft')
    expect(first).toHaveTextContent('21 Nov 2026')
    expect(asked()?.get('columns')?.split(',')).toContain('currency')
  })
  it('sorts by a heading, then the other way, and keeps it in the address', async () => {
    const { router } = await open('/v/quotation')
    await rows()
    await userEvent.click(screen.getByRole('button', { name: 'Amount' }))
    await waitFor(() => expect(asked()?.get('sort')).toBe('amount'))
    expect(screen.getByRole('columnheader', { name: 'Amount' })).toHaveAttribute('aria-sort', 'ascending')
    await userEvent.click(screen.getByRole('button', { name: 'Amount' }))
    await waitFor(() => expect(asked()?.get('sort')).toBe('-amount'))
    expect(router.state.location.search).toBe('?sort=-amount')
  })
  it('searches when typing pauses', async () => {
    await open('/v/quotation')
    await rows()
    await userEvent.type(screen.getByRole('textbox', { name: 'Search Quotations' }), 'hansa')
    await waitFor(() => expect(asked()?.get('q')).toBe('hansa'))
    expect(server.calls.filter((call) => call.query.get('q') === 'h')).toHaveLength(0)
  })
  it('walks by keys and opens with Enter', async () => {
    const { router } = await open('/v/quotation')
    await rows()
    await userEvent.keyboard('jjk')
    await waitFor(() => expect(screen.getByRole('link', { name: 'QT-202611-0320' })).toHaveFocus())
    await userEvent.keyboard('j')
    await waitFor(() => expect(screen.getByRole('link', { name: 'QT-202611-0319' })).toHaveFocus())
    await userEvent.keyboard('{Enter}')
    await waitFor(() => expect(router.state.location.pathname).toMatch(/^\/e\/quotation\/.+/))
  })
  it('goes to the search box with a slash', async () => {
    await open('/v/quotation')
    await rows()
    await userEvent.keyboard('/')
    expect(screen.getByRole('textbox', { name: 'Search Quotations' })).toHaveFocus()
  })
  it('counts only when asked', async () => {
    await open('/v/quotation')
    await rows()
    expect(server.last('GET', /count$/)).toBeUndefined()
    await userEvent.click(screen.getByRole('button', { name: 'Count all' }))
    expect(await screen.findByText('60 of 320')).toBeVisible()
  })
  it('reads a bookmarked filter, leaving out fields the reader does not have', async () => {
    await open('/v/quotation?filter=secret~%3D~1%3Bstate~in~approved')
    await rows()
    expect(JSON.parse(asked()?.get('filter') ?? '')).toEqual({ all: [['state', 'in', ['approved']]] })
    expect(await screen.findByRole('button', { name: 'State is Approved' })).toBeVisible()
  })
  it('remembers which columns somebody wants', async () => {
    await open('/v/quotation')
    await rows()
    await userEvent.click(screen.getByRole('button', { name: 'Columns' }))
    await userEvent.click(await screen.findByRole('checkbox', { name: 'Margin' }))
    await waitFor(() => expect(screen.queryByRole('columnheader', { name: 'Margin' })).not.toBeInTheDocument())
    expect(JSON.parse(localStorage.getItem('portolan.columns.quotation') ?? '[]')).not.toContain('margin')
  })
  it('keeps columns in sight and takes a width by keys, for the next visit too', async () => {
    await open('/v/quotation')
    await rows()
    await userEvent.click(screen.getByRole('button', { name: 'Columns' }))
    await userEvent.click(await screen.findByRole('button', { name: 'Keep everything up to Customer in sight' }))
    screen.getByRole('button', { name: 'Amount' }).focus()
    await userEvent.keyboard('{Alt>}{Shift>}{ArrowRight}{/Shift}{/Alt}')
    const isKept = () => {
      expect(screen.getByRole('columnheader', { name: 'Customer' }).style.left).not.toBe('')
      expect(screen.getByRole('columnheader', { name: 'Amount' }).style.left).toBe('')
    }
    await waitFor(isKept)
    const width = Object.entries(localStorage).find(([name]) => name.includes('width'))
    expect(width?.[1]).toContain('amount')
    cleanup()
    await open('/v/quotation')
    await rows()
    isKept()
  })
  it('says that nothing fits and offers the way back', async () => {
    await open('/v/quotation?q=zzzz')
    expect(await screen.findByText('Nothing fits')).toBeVisible()
    await userEvent.click(screen.getByRole('button', { name: 'Clear search and filters' }))
    expect(await screen.findByText('QT-202611-0320')).toBeVisible()
  })
  it('teaches how to begin where there is nothing', async () => {
    server.once('GET', /records\/contact$/, 200, { rows: [], titles: {}, next: null })
    await open('/e/contact')
    expect(await screen.findByText('No Contacts yet')).toBeVisible()
    expect(screen.getByRole('button', { name: 'New Contact' })).toBeVisible()
    await userEvent.click(screen.getByRole('button', { name: 'Import a spreadsheet' }))
    expect(await screen.findByText('the imports')).toBeVisible()
  })
  it('offers nothing that the reader may not do', async () => {
    await open('/v/quotation', (model) => {
      Object.assign(model.entities.quotation?.can ?? {}, { create: false, export: false, import: false, delete: false })
    })
    await rows()
    expect(screen.queryByRole('button', { name: 'New' })).not.toBeInTheDocument()
    expect(screen.queryByRole('button', { name: 'Export' })).not.toBeInTheDocument()
    expect(screen.queryByRole('button', { name: 'More' })).not.toBeInTheDocument()
  })
  it('says what went wrong and tries again', async () => {
    server.once('GET', /records\/quotation$/, 500, { error: { code: 'internal', message: '', details: [] } })
    await open('/v/quotation')
    expect(await screen.findByRole('alert')).toBeVisible()
    await userEvent.click(screen.getByRole('button', { name: 'Try again' }))
    expect(await screen.findByText('QT-202611-0320')).toBeVisible()
  })
})

describe('the filter builder', () => {
  const choose = async (box: string, option: string) => {
    await userEvent.click(await screen.findByRole('combobox', { name: box }))
    await userEvent.click(await screen.findByTitle(option))
  }
  it('makes a condition of field, comparison and value, and shows it as text', async () => {
    const { router } = await open('/v/quotation')
    await rows()
    await userEvent.click(screen.getByRole('button', { name: 'Filter' }))
    await choose('Field', 'Amount')
    await userEvent.type(await screen.findByRole('textbox', { name: 'Value' }), '20,000')
    await userEvent.click(screen.getByRole('button', { name: 'Apply' }))
    expect(await screen.findByRole('button', { name: 'Amount ≥ 20,000' })).toBeVisible()
    await waitFor(() => expect(JSON.parse(asked()?.get('filter') ?? '{}')).toEqual({ all: [['amount', '>=', '20000']] }))
    expect(new URLSearchParams(router.state.location.search).get('filter')).toBe('amount~>=~20000')
  })
  it('does not apply half a condition', async () => {
    await open('/v/quotation')
    await rows()
    await userEvent.click(screen.getByRole('button', { name: 'Filter' }))
    await choose('Field', 'Amount')
    expect(screen.getByRole('button', { name: 'Apply' })).toBeDisabled()
  })
  it('takes percent as people write it', async () => {
    await open('/v/quotation')
    await rows()
    await userEvent.click(screen.getByRole('button', { name: 'Filter' }))
    await choose('Field', 'Margin')
    await userEvent.type(await screen.findByRole('textbox', { name: 'Value' }), '12.5')
    await userEvent.click(screen.getByRole('button', { name: 'Apply' }))
    await waitFor(() => expect(JSON.parse(asked()?.get('filter') ?? '{}')).toEqual({ all: [['margin', '>=', '0.125']] }))
  })
  it('removes a condition', async () => {
    const { router } = await open('/v/quotation?filter=state~in~approved')
    await userEvent.click(await screen.findByRole('button', { name: 'Remove filter: State is Approved' }))
    await waitFor(() => expect(router.state.location.search).toBe(''))
  })
  it('takes a named period, and tells the server its days', async () => {
    await open('/v/quotation?filter=quote_date~period~this_month')
    expect(await screen.findByRole('button', { name: 'Quote date: this month' })).toBeVisible()
    await waitFor(() => expect(asked()?.get('filter')).toMatch(/"quote_date",">=","\d{4}-\d\d-01"/))
  })
  it('is kept under a name and taken up again', async () => {
    const { router } = await open('/v/quotation?filter=state~in~approved')
    await userEvent.click(await screen.findByRole('button', { name: 'Views' }))
    await userEvent.click(await screen.findByRole('button', { name: 'Save as my view' }))
    await userEvent.type(await screen.findByRole('textbox', { name: 'Name of the view' }), 'Done{Enter}')
    await waitFor(() => expect(router.state.location.search).toBe('?kept=view-1'))
    expect(server.last('POST', /views$/)?.body).toEqual({
      label: 'Done', shared: null,
      settings: { view: 'quotation', filter: { match: 'all', conditions: [{ path: 'state', operator: 'in', value: ['approved'] }] } },
    })
    expect(await screen.findByRole('heading', { level: 1, name: 'Done' })).toBeInTheDocument()
    await waitFor(() => expect(asked()?.get('filter')).toBe('{"all":[["state","in",["approved"]]]}'))
    // Without its filter it differs from what is kept.
    await userEvent.click(screen.getByRole('button', { name: 'Remove filter: State is Approved' }))
    await waitFor(() => expect(asked()?.get('filter')).toBeNull())
    expect(screen.getByRole('button', { name: 'Views' })).toHaveTextContent('Done •')
  })
  it('that this browser kept before becomes a view, once', async () => {
    localStorage.setItem('portolan.of.u5.filters.quotation', JSON.stringify([{ name: 'Old', query: 'filter=amount~>=~1000&sort=-amount&q=hansa' }]))
    await open('/v/quotation')
    await waitFor(() => expect(localStorage.getItem('portolan.of.u5.filters.quotation')).toBeNull())
    expect(server.calls.filter((call) => call.method === 'POST' && call.path === '/api/views').map((call) => call.body)).toMatchObject([{
      label: 'Old', settings: { view: 'quotation', q: 'hansa', sort: ['-amount'], filter: { match: 'all', conditions: [{ path: 'amount', operator: '>=', value: '1000' }] } },
    }])
  })
})

describe('choosing rows', () => {
  it('by boxes and keys, and changing them at once with what became of each', async () => {
    await open('/v/quotation')
    await rows()
    await userEvent.keyboard('j')
    await waitFor(() => expect(screen.getByRole('link', { name: 'QT-202611-0320' })).toHaveFocus())
    await userEvent.keyboard('x{Shift>}J{/Shift}')
    expect(await screen.findByText('2 chosen')).toBeInTheDocument()
    await userEvent.click(screen.getByRole('button', { name: 'Assign' }))
    await userEvent.click(await screen.findByRole('button', { name: 'Empty 2' }))
    expect(await screen.findByText('1 done')).toBeInTheDocument()
    expect(await screen.findByText('This record is locked')).toBeInTheDocument()
    expect(server.last('POST', /bulk$/)?.body).toMatchObject({ rows: [{ id: expect.any(String), version: expect.any(Number) }, {}], set: { owner: null } })
    await userEvent.click(screen.getByRole('button', { name: 'Undo' }))
    expect(await screen.findByText('1 undone')).toBeInTheDocument()
  })
  it('is over with Escape', async () => {
    await open('/v/quotation')
    await rows()
    await userEvent.click(screen.getByRole('checkbox', { name: 'Choose all loaded rows' }))
    expect(await screen.findByText(/chosen/)).toBeInTheDocument()
    await userEvent.keyboard('{Escape}')
    await waitFor(() => expect(screen.queryByText(/chosen/)).toBeNull())
  })
})

describe('a board', () => {
  it('has a column for each state and moves a card by its menu', async () => {
    const { router } = await open('/v/quotation?as=kanban')
    const column = await screen.findByRole('group', { name: 'Approved' })
    expect(await within(column).findAllByRole('listitem')).not.toHaveLength(0)
    const card = (await within(column).findAllByRole('button', { name: /^Move / }))[0] as HTMLElement
    await userEvent.click(card)
    await userEvent.click(await screen.findByRole('menuitem', { name: 'Sent' }))
    await waitFor(() => expect(server.last('POST', /transitions\/send$/)).toBeDefined())
    expect(router.state.location.search).toBe('?as=kanban')
  })
})

describe('a calendar', () => {
  it('shows records on their days and gives one another day by keys, with a way back', async () => {
    await open('/v/quotation?as=calendar&from=quote_date&day=2026-11-21')
    const entry = (await screen.findAllByRole('link', { name: /^QT-202611-/ }))[0] as HTMLElement
    const day = () => server.last('PATCH', /records\/quotation\//)?.body as { quote_date?: string } | undefined
    entry.focus()
    await userEvent.keyboard('{Alt>}{ArrowRight}{/Alt}')
    await waitFor(() => expect(day()?.quote_date).toBeDefined())
    const moved = day()?.quote_date
    await userEvent.click(await screen.findByRole('button', { name: 'Undo' }))
    await waitFor(() => expect(day()?.quote_date).not.toBe(moved))
  })
})

describe('an export', () => {
  it('of much wants a reason, of too much is refused before it begins', async () => {
    server.once('GET', /^\/api\/export\/quotation\.csv$/, 200, { rows: 20_000, most: 100_000, reason: true })
    await open('/v/quotation')
    await rows()
    await userEvent.click(screen.getByRole('button', { name: 'Export' }))
    const dialog = await screen.findByRole('dialog')
    const take = await within(dialog).findByRole('button', { name: 'Export' })
    const reason = await within(dialog).findByRole('textbox')
    expect(take).toBeDisabled()
    await userEvent.type(reason, 'For the auditors')
    expect(take).toBeEnabled()
    await userEvent.click(take)
    await waitFor(() => expect(server.last('GET', /export\/quotation\.xlsx$/)?.query.get('reason')).toBe('For the auditors'))
  })
})
