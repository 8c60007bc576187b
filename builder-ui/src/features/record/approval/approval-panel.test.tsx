import { screen, waitFor, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { beforeEach, describe, expect, it } from 'vitest'
import { answerOf, base, calls, openPage, serve, type Server } from '../test-kit'

const task = { id: 't1', node: 'manager', label: 'Manager', verbs: ['approve', 'reject', 'return', 'transfer'], write: ['notes'], reason: { approve: 'optional', reject: 'required', return: 'required', transfer: 'optional' } }
const approving = { ...base, state: 'approving' }
const readOnly = { can: { update: false, delete: false, transitions: [], fields: [] }, task, instance: { id: 'n1', workflow: 'w', status: 'running' } }
const nodes = [
  { node: 'start', label: 'Start', kind: 'start', status: 'passed', entered_at: '2026-11-20T08:00:00.000Z', left_at: '2026-11-20T08:00:00.000Z', people: [] },
  { node: 'lead', label: 'Team lead', kind: 'approval', status: 'approved', entered_at: '2026-11-20T08:00:00.000Z', left_at: '2026-11-20T09:00:00.000Z', people: [{ id: 'u3', name: 'Zhao Min', decision: 'approved', at: '2026-11-20T09:00:00.000Z', reason: 'Fine' }] },
  { node: 'manager', label: 'Manager', kind: 'approval', status: 'open', mode: 'any', entered_at: '2026-11-20T09:00:00.000Z', left_at: null, people: [{ id: 'u1', name: 'Li Wei' }, { id: 'u2', name: 'Chen Hao' }] },
]
const instance = {
  id: 'n1', workflow: 'w', label: 'Approval', entity: 'request', record: 'r1', title: '', status: 'running', outcome: null, initiator: 'u9', can_withdraw: false,
  started_at: '2026-11-20T08:00:00.000Z', waiting_for: [], nodes,
  next: { nodes: [{ node: 'manager', label: 'Manager', kind: 'approval', people: [], current: true }, { node: 'cfo', label: 'Finance', kind: 'approval', people: [{ id: 'u4', name: 'Sun' }], reason: 'Amount is high' }], outcome: 'approved' },
}

const shows: Server = (call) => {
  if (call.path === '/api/instances/n1') return { body: instance }
  if (call.path === '/api/records/request/r1') return { body: answerOf(approving, readOnly) }
  return undefined
}
const decided = () => calls.filter((call) => call.path.startsWith('/api/tasks/t1/'))

beforeEach(() => localStorage.clear())

describe('whoever has to decide', () => {
  it('sees who has decided, who is waited for, and who comes next', async () => {
    serve(shows)
    await openPage('/e/request/r1')
    const steps = within(await screen.findByRole('list', { name: 'Approval' })).getAllByRole('listitem').filter((item) => within(item).queryByRole('img'))
    expect(steps.map((step) => `${within(step).getByRole('img').getAttribute('aria-label')}: ${step.textContent}`)).toEqual([
      expect.stringMatching(/^Done: Team leadZMZhao Min · approvedFine/),
      expect.stringMatching(/^Waiting: Managerone of them/),
      expect.stringMatching(/^Next: FinanceAmount is high/),
    ])
  })

  it('sees deadlines, what happened by itself, and what is waited for', async () => {
    const late = { ...instance, nodes: [
      { node: 'lead', label: 'Team lead', kind: 'approval', status: 'approved', entered_at: '2026-11-20T08:00:00.000Z', left_at: '2026-11-24T08:00:00.000Z', people: [{ id: 'u3', name: 'Zhao Min', decision: 'approved', automatic: { act: 'approve', within: '2 working_days' } }] },
      { node: 'manager', label: 'Manager', kind: 'approval', status: 'open', entered_at: '2020-11-20T09:00:00.000Z', left_at: null, people: [{ id: 'u1', name: 'Li Wei', due_at: '2020-11-21T09:00:00.000Z' }] },
    ], next: { nodes: [
      { node: 'paid', label: 'Payment', kind: 'wait', people: [], waits: { message: 'paid' } },
      { node: 'cfo', label: 'Finance', kind: 'approval', people: [{ id: 'u4', name: 'Sun' }], due: { within: '1 working_day', then: 'reject' } },
    ], outcome: 'approved' } }
    serve((call) => (call.path === '/api/instances/n1' ? { body: late } : shows(call)))
    await openPage('/e/request/r1')
    const steps = within(await screen.findByRole('list', { name: 'Approval' }))
    expect(steps.getByText('approved automatically because nobody decided in 2 working days')).toBeInTheDocument()
    expect(steps.getByText(/^Overdue: was due/)).toBeInTheDocument()
    expect(steps.getByText('Waits for a message from another program')).toBeInTheDocument()
    expect(steps.getByText('To be decided within 1 working day; then it is rejected automatically')).toBeInTheDocument()
  })

  it('sees who got a copy, and who has read it', async () => {
    const copied = [{ id: 'u2', name: 'Chen Hao', at: '2026-11-20T10:00:00.000Z', read_at: new Date(Date.now() - 120_000).toISOString() }, { id: 'u5', name: 'Wu Lan', at: '2026-11-20T10:00:00.000Z', read_at: null }]
    const sent = { ...instance, nodes: nodes.map((node) => (node.node === 'manager' ? { ...node, copied } : node)) }
    serve((call) => (call.path === '/api/instances/n1' ? { body: sent } : shows(call)))
    await openPage('/e/request/r1')
    const steps = within(await screen.findByRole('list', { name: 'Approval' }))
    expect(steps.getByText(/^Copies: Chen Hao \(read 2 minutes ago\), Wu Lan \(not read yet\)$/)).toBeInTheDocument()
  })

  it('approves, with what they may write, after one more look', async () => {
    serve((call) => (call.path === '/api/tasks/t1/approve' ? { body: { instance } } : shows(call)))
    await openPage('/e/request/r1')
    const user = userEvent.setup()
    await user.type(await screen.findByRole('textbox', { name: 'Notes' }), ' ok')
    await user.click(screen.getByRole('button', { name: 'Approve' }))
    const dialog = await screen.findByRole('dialog', { name: 'Approve RQ-1?' })
    expect(decided()).toHaveLength(0)
    await user.click(within(dialog).getByRole('button', { name: 'Approve' }))
    await waitFor(() => expect(decided()).toHaveLength(1))
    expect(decided()[0]?.body).toEqual({ fields: { notes: 'first ok' } })
  })

  it('cannot reject without the reason that is asked for', async () => {
    serve((call) => (call.path === '/api/tasks/t1/reject' ? { body: { instance } } : shows(call)))
    await openPage('/e/request/r1')
    const user = userEvent.setup()
    await user.click(await screen.findByRole('button', { name: 'Reject' }))
    const dialog = await screen.findByRole('dialog', { name: 'Reject RQ-1?' })
    await user.click(within(dialog).getByRole('button', { name: 'Reject' }))
    const reason = within(dialog).getByRole('textbox', { name: /Reason/ })
    expect(reason).toHaveFocus()
    expect(reason).toHaveAccessibleDescription('A reason is needed')
    expect(decided()).toHaveLength(0)
    await user.type(reason, 'Too cheap')
    await user.click(within(dialog).getByRole('button', { name: 'Reject' }))
    await waitFor(() => expect(decided()[0]?.body).toEqual({ reason: 'Too cheap' }))
  })

  it('hands over to somebody who is chosen from a list', async () => {
    serve((call) => {
      if (call.path === '/api/records/user/lookup') return { body: { rows: [{ id: 'u7', title: 'Anna' }] } }
      return call.path === '/api/tasks/t1/transfer' ? { body: { instance } } : shows(call)
    })
    await openPage('/e/request/r1')
    const user = userEvent.setup()
    await user.click(await screen.findByRole('button', { name: 'Transfer' }))
    const dialog = await screen.findByRole('dialog', { name: 'Transfer RQ-1?' })
    await user.click(within(dialog).getByRole('button', { name: 'Transfer' }))
    expect(within(dialog).getByText('Choose who takes over')).toBeInTheDocument()
    await user.click(within(dialog).getByRole('combobox', { name: /To whom/ }))
    await user.click(await screen.findByRole('option', { name: 'Anna' }))
    await user.click(within(dialog).getByRole('button', { name: 'Transfer' }))
    await waitFor(() => expect(decided()[0]?.body).toEqual({ to: 'u7' }))
  })

  it('fills in what an outcome asks for, where it is chosen', async () => {
    const own = { ...task, write: [], outcomes: [{ name: 'new_terms', label: 'New terms', write: ['notes'], required: ['notes'], asks: {} }] }
    const withOutcome: Server = (call) => (call.path === '/api/records/request/r1' ? { body: answerOf({ ...approving, notes: null }, { ...readOnly, task: own }) } : shows(call))
    serve((call) => (call.path === '/api/tasks/t1/outcome' ? { body: { instance } } : withOutcome(call)))
    await openPage('/e/request/r1')
    const user = userEvent.setup()
    await user.click(await screen.findByRole('button', { name: 'New terms' }))
    const dialog = await screen.findByRole('dialog', { name: 'New terms: RQ-1?' })
    await user.click(within(dialog).getByRole('button', { name: 'New terms' }))
    expect(within(dialog).getByText('Fill in what is asked for')).toBeInTheDocument()
    expect(decided()).toHaveLength(0)
    await user.type(within(dialog).getByRole('textbox', { name: /Notes/ }), '60 days')
    await user.click(within(dialog).getByRole('button', { name: 'New terms' }))
    await waitFor(() => expect(decided()).toHaveLength(1))
    expect(decided()[0]?.body).toEqual({ outcome: 'new_terms', fields: { notes: '60 days' } })
  })

  it('cannot decide without the signature that is asked for', async () => {
    const own = { ...task, asks: { approve: { reason: 'optional', signature: 'required' } } }
    serve((call) => (call.path === '/api/records/request/r1' ? { body: answerOf(approving, { ...readOnly, task: own }) } : shows(call)))
    await openPage('/e/request/r1')
    const user = userEvent.setup()
    await user.click(await screen.findByRole('button', { name: 'Approve' }))
    const dialog = await screen.findByRole('dialog', { name: 'Approve RQ-1?' })
    await user.click(within(dialog).getByRole('button', { name: 'Approve' }))
    expect(within(dialog).getByText('Sign here first')).toBeInTheDocument()
    expect(await within(dialog).findByRole('button', { name: 'Sign here' })).toBeInTheDocument()
    expect(decided()).toHaveLength(0)
  })

  it('is told who was faster', async () => {
    let done = false
    serve((call) => {
      if (call.path === '/api/tasks/t1/approve') {
        done = true
        return { status: 409, body: { error: { code: 'task_done', message: 'Expected an open task', details: [] } } }
      }
      if (call.path === '/api/instances/n1' && done) {
        const faster = { ...nodes[2], status: 'approved', people: [{ id: 'u2', name: 'Chen Hao', decision: 'approved', at: new Date(Date.now() - 120_000).toISOString() }] }
        return { body: { ...instance, nodes: [nodes[0], nodes[1], faster] } }
      }
      return shows(call)
    })
    await openPage('/e/request/r1')
    const user = userEvent.setup()
    await user.click(await screen.findByRole('button', { name: 'Approve' }))
    await user.click(within(await screen.findByRole('dialog')).getByRole('button', { name: 'Approve' }))
    expect(await screen.findByText('Chen Hao was faster: approved 2 minutes ago.')).toBeInTheDocument()
    expect(screen.getByRole('button', { name: 'Show the newest' })).toBeInTheDocument()
  })
})

describe('whoever submits', () => {
  const preview = { nodes: [{ node: 'lead', label: 'Team lead', kind: 'approval', mode: 'all', people: [{ id: 'u3', name: 'Zhao Min' }, { id: 'u4', name: 'Sun' }], reason: 'Amount is high' }], outcome: 'approved' }
  const submits: Server = (call) => {
    if (call.path.endsWith('/preview')) return { body: preview }
    if (call.path.endsWith('/transitions/submit')) return { body: answerOf({ ...approving, version: 4 }, { ...readOnly, task: undefined }) }
    if (call.path === '/api/instances/n1') return { body: { ...instance, can_withdraw: true } }
    return call.method === 'GET' && call.path === '/api/records/request/r1' ? { body: answerOf(base) } : undefined
  }

  it('sees who will decide and why before anything is sent', async () => {
    serve(submits)
    await openPage('/e/request/r1')
    const user = userEvent.setup()
    await user.click(await screen.findByRole('button', { name: 'Submit' }))
    const dialog = await screen.findByRole('dialog', { name: 'Submit: RQ-1' })
    const step = await within(dialog).findByText('Team lead')
    expect(step.closest('li')).toHaveTextContent(/all of them.*Amount is high.*Zhao Min.*Sun/)
    expect(calls.some((call) => call.path.includes('/transitions/'))).toBe(false)
    await user.type(within(dialog).getByRole('textbox'), 'Please today')
    await user.click(within(dialog).getByRole('button', { name: 'Submit' }))
    await waitFor(() => expect(calls.find((call) => call.path.endsWith('/transitions/submit'))?.body).toEqual({ version: 3, reason: 'Please today' }))
  })

  it('is stopped at what the transition requires', async () => {
    serve((call) => (call.method === 'GET' && call.path === '/api/records/request/r1' ? { body: answerOf({ ...base, day: null }) } : submits(call)))
    await openPage('/e/request/r1')
    await userEvent.click(await screen.findByRole('button', { name: 'Submit' }))
    expect(await screen.findByText('1 thing stands against saving')).toBeInTheDocument()
    expect(calls.some((call) => call.path.endsWith('/preview'))).toBe(false)
  })
})
