/** A workflow under way, for tests: the sales manager has approved, finance has it. */
import type { Graph, Why } from '@/api/workflows'

const approval = { kind: 'approval', outcome: null }

export const graph: Graph = {
  id: 'i1', workflow: 'quotation_approval', label: 'Quotation approval', entity: 'quotation', record: 'r1', title: 'QT-2026-0007', status: 'running', outcome: null,
  round: 1, returns: 0, started_at: '2026-11-20T02:00:00Z', ended_at: null, initiator: 'u1', initiator_name: 'Zhang Wei', waiting_for: [{ id: 'u3', name: 'Chen Jing', since: '2026-11-21T02:00:00Z' }],
  suspended_by: null, incidents: [], leaps: [], next: { nodes: [], outcome: 'approved' }, version: 3, can_operate: true, can_build: true,
  nodes: [
    { ...approval, node: 'start', label: 'Start', kind: 'start', status: 'passed', tokens: 0, tasks: [], visits: [], ahead: null },
    { ...approval, node: 'by_level', label: 'Needs approval', kind: 'switch', status: 'passed', tokens: 0, tasks: [], visits: [], ahead: null },
    {
      ...approval, node: 'manager', label: 'Sales manager', status: 'approved', tokens: 0, tasks: [], ahead: null,
      visits: [{ node: 'manager', label: 'Sales manager', kind: 'approval', status: 'approved', entered_at: '2026-11-20T02:00:00Z', left_at: '2026-11-21T02:00:00Z', round: 1, people: [{ id: 'u2', name: 'Li Na', decision: 'approved', at: '2026-11-21T02:00:00Z', reason: 'go on' }] }],
    },
    { ...approval, node: 'finance', label: 'Finance', status: 'open', tokens: 1, tasks: [{ id: 't1', person: 'u3', name: 'Chen Jing', since: '2026-11-21T02:00:00Z', pool: false }], visits: [], ahead: null },
    { ...approval, node: 'approved', label: 'Approved', kind: 'end', status: 'next', tokens: 0, tasks: [], visits: [], ahead: null, outcome: 'approved' },
    { ...approval, node: 'rejected', label: 'Rejected', kind: 'end', status: 'possible', tokens: 0, tasks: [], visits: [], ahead: null, outcome: 'rejected' },
  ],
  edges: [
    { from: 'start', slot: 'next', to: 'by_level', label: null, taken: [{ at: '2026-11-20T02:00:00Z', round: 1 }], passed_by: null },
    { from: 'by_level', slot: 'cases.none', to: 'approved', label: 'No approval needed', taken: [], passed_by: 'did_not_hold' },
    { from: 'by_level', slot: 'default', to: 'manager', label: null, taken: [{ at: '2026-11-20T02:00:00Z', round: 1 }], passed_by: null },
    { from: 'manager', slot: 'next', to: 'finance', label: null, taken: [{ at: '2026-11-21T02:00:00Z', round: 1 }], passed_by: null },
    { from: 'manager', slot: 'rejected', to: 'rejected', label: null, taken: [], passed_by: null },
    { from: 'finance', slot: 'next', to: 'approved', label: null, taken: [], passed_by: null },
    { from: 'finance', slot: 'rejected', to: 'rejected', label: null, taken: [], passed_by: null },
  ],
  events: [
    { seq: 1, at: '2026-11-20T02:00:00Z', by: { id: 'u1', name: 'Zhang Wei' }, kind: 'started' },
    { seq: 5, at: '2026-11-21T02:00:00Z', by: { id: 'u2', name: 'Li Na' }, kind: 'task_decided', node: 'manager', label: 'Sales manager', verdict: 'approved', reason: 'go on' },
  ],
}

export const why: Why = {
  node: 'finance', label: 'Finance', kind: 'approval', visited: true, passed_by: [], titles: {}, workflow: 'quotation_approval', version: 3, can_build: true,
  way: [
    { kind: 'decided', at: '2026-11-21T02:00:00Z', node: 'manager', label: 'Sales manager', approved: true, automatic: false },
    {
      kind: 'chose', at: '2026-11-21T02:00:00Z', node: 'from_level_two', label: 'Large', case: 'yes',
      tried: [{
        case: 'yes', label: 'Level 2 and above', held: true,
        condition: {
          text: 'vars.level >= 2', hidden: true,
          looked: [{ what: 'variable', label: 'Level', value: 2, type: 'integer', looked: [{ what: 'table', label: 'Approval level', rules: [{ rule: 'a', label: 'Amount over CNY 500,000' }], looked: [{ what: 'field', label: 'Amount', value: '640000.00', type: 'money', currency: 'CNY' }] }] }],
        },
      }],
    },
  ],
  people: [{ id: 'u3', name: 'Chen Jing', via: { kind: 'role', role: 'finance_manager' }, via_label: 'Finance manager' }],
  left_out: [], nobody: null,
}
