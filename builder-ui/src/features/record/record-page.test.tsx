import { screen, waitFor, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { beforeEach, describe, expect, it } from 'vitest'
import { answerOf, base, calls, openPage, serve, type Server } from './test-kit'

const shows: Server = (call) => (call.method === 'GET' && call.path === '/api/records/request/r1' ? { body: answerOf(base) } : undefined)
const patches = () => calls.filter((call) => call.method === 'PATCH')

beforeEach(() => localStorage.clear())

describe('an open record', () => {
  it('shows what it is, where it stands, and its fields with their values', async () => {
    serve(shows)
    await openPage('/e/request/r1')
    expect(await screen.findByRole('heading', { level: 1, name: 'RQ-1 Acme' })).toBeVisible()
    expect(screen.getByRole('combobox', { name: /Partner/ })).toHaveValue('Acme')
    expect(screen.getByRole('textbox', { name: /Discount/ })).toHaveValue('5')
    expect(screen.getByRole('list', { name: 'Stages' })).toHaveTextContent('DraftApprovingApproved')
  })

  it('saves the changed fields and nothing else, with the version it began from', async () => {
    serve((call) => call.method === 'PATCH' ? { body: answerOf({ ...base, version: 4, notes: 'second' }) } : shows(call))
    await openPage('/e/request/r1')
    const user = userEvent.setup()
    const notes = await screen.findByRole('textbox', { name: 'Notes' })
    await user.clear(notes)
    await user.type(notes, 'second')
    await user.click(screen.getByRole('button', { name: 'Save' }))
    await waitFor(() => expect(patches()).toHaveLength(1))
    expect(patches()[0]?.body).toEqual({ version: 3, notes: 'second' })
    await waitFor(() => expect(screen.getByRole('button', { name: /Save/ })).toBeDisabled())
  })

  it('takes 12.5 as 12.5 % and sends 0.125', async () => {
    serve((call) => call.method === 'PATCH' ? { body: answerOf({ ...base, version: 4, discount: '0.125' }) } : shows(call))
    await openPage('/e/request/r1')
    const user = userEvent.setup()
    const discount = await screen.findByRole('textbox', { name: /Discount/ })
    await user.clear(discount)
    await user.type(discount, '12.5')
    await user.keyboard('{Control>}s{/Control}')
    await waitFor(() => expect(patches()).toHaveLength(1))
    expect(patches()[0]?.body).toEqual({ version: 3, discount: '0.125' })
  })

  it('says at the field what is wrong, lists it, and sends nothing', async () => {
    serve(shows)
    await openPage('/e/request/r1')
    const user = userEvent.setup()
    const discount = await screen.findByRole('textbox', { name: /Discount/ })
    await user.clear(discount)
    await user.type(discount, 'much')
    await user.click(screen.getByRole('button', { name: 'Clear Partner' }))
    await user.click(screen.getByRole('button', { name: 'Save' }))
    expect(await screen.findByText('2 things stand against saving')).toBeVisible()
    expect(discount).toBeInvalid()
    expect(discount).toHaveAccessibleDescription('Expected a number such as 1,234.50')
    expect(patches()).toHaveLength(0)
    await user.click(screen.getByRole('button', { name: 'Partner' }))
    await waitFor(() => expect(screen.getByRole('combobox', { name: /Partner/ })).toHaveFocus())
  })

  it('puts the refusal of the server at its field, also in a line', async () => {
    serve((call) => call.method === 'PATCH'
      ? { status: 422, body: { error: { code: 'invalid', message: 'no', details: [{ path: 'notes', code: 'rule', message: 'Not on a Sunday' }, { path: 'lines.b.quantity', code: 'stock', message: 'Only one left' }] } } }
      : shows(call))
    await openPage('/e/request/r1')
    const user = userEvent.setup()
    await user.type(await screen.findByRole('textbox', { name: 'Notes' }), '!')
    await user.click(screen.getByRole('button', { name: 'Save' }))
    await waitFor(() => expect(screen.getByRole('textbox', { name: 'Notes' })).toHaveAccessibleDescription('Not on a Sunday'))
    expect(screen.getByRole('button', { name: 'Quantity, line 2' })).toBeVisible()
  })

  it('fills fields from a chosen reference, but not what was typed meanwhile', async () => {
    serve((call) => {
      if (call.path.endsWith('/lookup')) return { body: { rows: [{ id: 'p2', title: 'Bolt', subtitle: 'P-2' }] } }
      if (call.path.endsWith('/draft')) return { body: { record: { ...call.body, currency: 'EUR', rate: '7.8' }, titles: {}, problems: [] } }
      return shows(call)
    })
    await openPage('/e/request/r1')
    const user = userEvent.setup()
    const partner = await screen.findByRole('combobox', { name: /Partner/ })
    await user.click(partner)
    await user.keyboard('bo')
    await user.click(await screen.findByRole('option', { name: /Bolt/ }))
    expect(partner).toHaveValue('Bolt')
    await waitFor(() => expect(screen.getByRole('combobox', { name: 'Currency' })).toHaveValue('EUR'))
    const draft = calls.find((call) => call.path.endsWith('/draft'))
    expect(draft?.query.get('changed')).toBe('partner')
    expect(draft?.body).toMatchObject({ id: 'r1', version: 3, partner: 'p2' })
  })

  it('warns in time what a rule thinks of it', async () => {
    serve((call) => call.path.endsWith('/draft')
      ? { body: { record: call.body, titles: {}, problems: [{ path: 'discount', code: 'high', message: 'That is a lot', level: 'warn' }] } }
      : shows(call))
    await openPage('/e/request/r1')
    const user = userEvent.setup()
    await user.type(await screen.findByRole('textbox', { name: /Discount/ }), '0')
    expect(await screen.findByText('That is a lot')).toBeVisible()
  })

  it('shows a locked state for reading', async () => {
    serve((call) => call.path === '/api/records/request/r1'
      ? { body: answerOf({ ...base, state: 'approved' }, { can: { update: true, delete: false, transitions: [], fields: ['notes'] } }) }
      : undefined)
    await openPage('/e/request/r1')
    expect(await screen.findByRole('textbox', { name: 'Notes' })).toBeEnabled()
    expect(screen.queryByRole('combobox', { name: /Partner/ })).toBeNull()
    expect(screen.getByRole('group', { name: 'Partner' })).toHaveTextContent('Acme')
  })
})

describe('unsaved input', () => {
  it('is there again after the page was loaded anew, and can be discarded', async () => {
    serve(shows)
    const first = await openPage('/e/request/r1')
    const user = userEvent.setup()
    await user.type(await screen.findByRole('textbox', { name: 'Notes' }), ' and more')
    first.unmount()
    await openPage('/e/request/r1')
    expect(await screen.findByRole('textbox', { name: 'Notes' })).toHaveValue('first and more')
    expect(screen.getByText(/Your unsaved input of/)).toBeVisible()
    await user.click(screen.getByRole('button', { name: 'Discard' }))
    expect(screen.getByRole('textbox', { name: 'Notes' })).toHaveValue('first')
  })

  it('asks before one leaves, and stays if one wants to', async () => {
    serve(shows)
    const { router } = await openPage('/e/request/r1')
    const user = userEvent.setup()
    await user.type(await screen.findByRole('textbox', { name: 'Notes' }), '!')
    await user.click(screen.getByRole('link', { name: 'Requests' }))
    const dialog = await screen.findByRole('dialog', { name: 'Leave without saving?' })
    await user.click(within(dialog).getByRole('button', { name: 'Stay' }))
    expect(router.state.location.pathname).toBe('/e/request/r1')
    expect(screen.getByRole('textbox', { name: 'Notes' })).toHaveValue('first!')
  })

  it('stays when another person saves, who is announced and can be brought in', async () => {
    let now = base
    serve((call) => (call.method === 'GET' && call.path === '/api/records/request/r1' ? { body: answerOf(now) } : undefined))
    const { client } = await openPage('/e/request/r1')
    const user = userEvent.setup()
    await user.type(await screen.findByRole('textbox', { name: 'Notes' }), '!')
    now = { ...base, version: 4, day: '2026-12-24', updated_by: 'u2' }
    await client.invalidateQueries()
    expect(await screen.findByText('Chen Hao has changed this record. Your input is kept.')).toBeVisible()
    await user.click(screen.getByRole('button', { name: 'Bring in' }))
    expect(screen.getByRole('textbox', { name: 'Notes' })).toHaveValue('first!')
    await waitFor(() => expect(screen.queryByText(/Chen Hao has changed/)).toBeNull())
  })
})

describe('a conflict', () => {
  const theirs = { ...base, version: 5, notes: 'theirs', day: '2026-12-24', updated_by: 'u2' }
  const conflict: Server = (call) => {
    if (call.method !== 'PATCH') return shows(call)
    if (call.body.version === 3) return { status: 409, body: { error: { code: 'stale', message: 'stale', details: [{ path: 'notes', code: 'stale', message: '' }] }, current: theirs, titles: { u2: 'Chen Hao' }, conflicts: [{ path: 'notes', kind: 'changed', base: 'first', mine: 'mine', theirs: 'theirs', by: 'u2', by_name: 'Chen Hao', at: '2026-11-20T08:00:00.000Z' }] } }
    return { body: answerOf({ ...theirs, ...call.body, version: 6 } as typeof base) }
  }
  const clash = async () => {
    serve(conflict)
    await openPage('/e/request/r1')
    const user = userEvent.setup()
    const notes = await screen.findByRole('textbox', { name: 'Notes' })
    await user.clear(notes)
    await user.type(notes, 'mine')
    await user.click(screen.getByRole('button', { name: 'Save' }))
    return { user, dialog: await screen.findByRole('dialog', { name: 'Somebody else changed the same' }) }
  }

  it('shows both values and saves mine over the new version', async () => {
    const { user, dialog } = await clash()
    expect(within(dialog).getByText(/Chen Hao saved the record/)).toBeInTheDocument()
    expect(within(dialog).getByRole('radio', { name: 'Mine: mine' })).toBeChecked()
    expect(within(dialog).getByRole('radio', { name: 'Theirs: theirs' })).not.toBeChecked()
    await user.click(within(dialog).getByRole('button', { name: 'Save this' }))
    await waitFor(() => expect(patches()).toHaveLength(2))
    expect(patches()[1]?.body).toEqual({ version: 5, notes: 'mine' })
  })

  it('tells who changed it and when, and can go back to what was there before both', async () => {
    const { user, dialog } = await clash()
    expect(within(dialog).getByText(/^Chen Hao, /)).toBeInTheDocument()
    await user.click(within(dialog).getByRole('radio', { name: 'As it was: first' }))
    await user.click(within(dialog).getByRole('button', { name: 'Save this' }))
    await waitFor(() => expect(patches()).toHaveLength(2))
    expect(patches()[1]?.body).toEqual({ version: 5, notes: 'first' })
  })

  it('lets the outcome be looked at in the form first', async () => {
    const { user, dialog } = await clash()
    await user.click(within(dialog).getByRole('button', { name: 'Look at it first' }))
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull())
    expect(screen.getByRole('textbox', { name: 'Notes' })).toHaveValue('mine')
    expect(patches()).toHaveLength(1)
    // Without animations the spinner of the first attempt stays in the button, and in its name.
    await user.click(await screen.findByRole('button', { name: /Save$/ }))
    await waitFor(() => expect(patches()).toHaveLength(2))
    expect(patches()[1]?.body).toEqual({ version: 5, notes: 'mine' })
  })

  it('asks again where a third was faster', async () => {
    let version = 5
    serve((call) => {
      if (call.method !== 'PATCH') return shows(call)
      if (version > 6) return { body: answerOf({ ...theirs, ...call.body, version: version + 1 } as typeof base) }
      const current = { ...theirs, version, notes: `theirs ${version}` }
      version += 1
      return { status: 409, body: { error: { code: 'stale', message: 'stale', details: [{ path: 'notes', code: 'stale', message: '' }] }, current, titles: {}, conflicts: [] } }
    })
    await openPage('/e/request/r1')
    const user = userEvent.setup()
    const notes = await screen.findByRole('textbox', { name: 'Notes' })
    await user.clear(notes)
    await user.type(notes, 'mine')
    await user.click(screen.getByRole('button', { name: 'Save' }))
    for (const round of [5, 6]) {
      await screen.findByRole('radio', { name: `Theirs: theirs ${round}` })
      await user.click(screen.getByRole('button', { name: 'Save this' }))
    }
    await waitFor(() => expect(patches()).toHaveLength(3))
    expect(patches()[2]?.body).toEqual({ version: 6, notes: 'mine' })
  })

  it('is asked about as well where input of an earlier visit meets a newer version', async () => {
    serve(shows)
    const first = await openPage('/e/request/r1')
    const user = userEvent.setup()
    const notes = await screen.findByRole('textbox', { name: 'Notes' })
    await user.clear(notes)
    await user.type(notes, 'mine')
    first.unmount()
    serve((call) => (call.method === 'GET' && call.path === '/api/records/request/r1' ? { body: answerOf(theirs) } : undefined))
    await openPage('/e/request/r1')
    await user.click(await screen.findByRole('button', { name: 'Bring in' }))
    expect(await screen.findByRole('radio', { name: 'Theirs: theirs' })).toBeInTheDocument()
    expect(screen.getByRole('radio', { name: 'Mine: mine' })).toBeChecked()
  })

  it('takes theirs, after which nothing is left to save', async () => {
    const { user, dialog } = await clash()
    await user.click(within(dialog).getByRole('radio', { name: 'Theirs: theirs' }))
    await user.click(within(dialog).getByRole('button', { name: 'Save this' }))
    await waitFor(() => expect(screen.getByRole('textbox', { name: 'Notes' })).toHaveValue('theirs'))
    expect(patches()).toHaveLength(1)
  })
})

describe('a new record', () => {
  it('starts with the defaults of the server and is made with all that is there', async () => {
    serve((call) => {
      if (call.path.endsWith('/draft') && Object.keys(call.body).length === 0) return { body: { record: { day: '2026-11-21', currency: 'USD' }, titles: {}, problems: [] } }
      if (call.path.endsWith('/lookup')) return { body: { rows: [{ id: 'p1', title: 'Acme' }, { id: 'i1', title: 'Lamp' }] } }
      if (call.method === 'POST' && call.path === '/api/records/request') return { status: 201, body: answerOf({ ...base, ...call.body, id: 'r9', version: 1 } as typeof base) }
      return undefined
    })
    const { router } = await openPage('/e/request/new')
    const user = userEvent.setup()
    const partner = await screen.findByRole('combobox', { name: /Partner/ })
    expect(screen.getByRole('heading', { level: 1 })).toHaveTextContent('New Request')
    await user.click(partner)
    await user.click(await screen.findByRole('option', { name: /Acme/ }))
    await user.click(await screen.findByRole('button', { name: 'Add line' }))
    await user.keyboard('la')
    await screen.findByRole('option', { name: /Lamp/ })
    await user.keyboard('{ArrowDown}{Tab}5{Tab}9{Enter}')
    await user.click(screen.getByRole('button', { name: 'Save' }))
    await waitFor(() => expect(calls.some((call) => call.method === 'POST' && call.path === '/api/records/request')).toBe(true))
    const made = calls.find((call) => call.method === 'POST' && call.path === '/api/records/request')
    expect(made?.body).toMatchObject({ partner: 'p1', day: '2026-11-21', currency: 'USD', lines: [{ item: 'i1', quantity: '5', price: '9' }] })
    await waitFor(() => expect(router.state.location.pathname).toBe('/e/request/r9'))
  })
})

describe('what is not there', () => {
  it.each([[404, 'This record is not there'], [403, 'You may not see this record']])('is told apart: %i', async (status, text) => {
    serve((call) => (call.path === '/api/records/request/r1' ? { status, body: { error: { code: 'x', message: '', details: [] } } } : undefined))
    await openPage('/e/request/r1')
    expect(await screen.findByText(text)).toBeVisible()
  })

  it('lies in the trash and can be restored', async () => {
    serve((call) => {
      if (call.path.endsWith('/restore')) return { body: answerOf(base) }
      return call.path === '/api/records/request/r1' ? { body: answerOf({ ...base, deleted_at: '2026-11-20T08:00:00.000Z' }) } : undefined
    })
    await openPage('/e/request/r1')
    await userEvent.click(await screen.findByRole('button', { name: 'Restore' }))
    await waitFor(() => expect(calls.some((call) => call.path.endsWith('/restore'))).toBe(true))
    expect(screen.queryByRole('textbox', { name: 'Notes' })).toBeDefined()
  })
})
