import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { addCase, addRaceBranch, change, edgesOf, endOf, insert, lead, move, remove, removeCase, removeRaceBranch, type Nodes } from './flow-edit'
import { isWorkingTime, readPeriod, spansOf, writePeriod } from './period'
import { outline, readFlow, type Item } from './flow-tree'

const trade = JSON.parse(readFileSync(join(import.meta.dirname, '../../../../definitions/trade/workflows/quotation_approval.json'), 'utf8')) as { nodes: Nodes }
const words = { yes: 'Yes', rejected: 'Rejected', message: '{number}' }
const plain: Nodes = { start: { type: 'start', next: 'done' }, done: { type: 'end', outcome: 'approved' } }

/** `a [x: b | c] d ^e`: nodes in a row, branches, jumps. */
function drawn(items: Item[]): string {
  return items.map((item) => {
    if (item.kind === 'jump') return `^${item.to}`
    if (item.kind === 'node') return item.key
    return `${item.key}[${item.branches.map((branch) => drawn(branch.items)).join(' | ')}]`
  }).join(' ')
}

describe('a flow read from top to bottom', () => {
  it('puts branches side by side until they meet', () => {
    const tree = readFlow(trade.nodes)
    expect(drawn(tree.main)).toBe('start by_level[ | sales_manager from_level_two[finance from_level_three[general_manager | ] | ]] approved')
    expect(tree.aside.map(({ items }) => drawn(items))).toEqual(['tell_owner rejected'])
    expect(outline(tree.main).map((one) => one.depth)).toEqual([0, 0, 1, 1, 2, 2, 3, 0])
  })

  it('shows a way back as a jump, and every node once', () => {
    const looped = lead(trade.nodes, { from: 'tell_owner', slot: 'next' }, 'sales_manager')
    const { main, aside } = readFlow(looped)
    expect(drawn(aside[0]?.items ?? [])).toBe('tell_owner ^sales_manager')
    const keys = [main, ...aside.map(({ items }) => items)].flatMap((items) => outline(items).map((one) => one.key))
    expect([...keys].sort()).toEqual(Object.keys(looped).sort())
  })

  it('shows what leads nowhere and what nothing leads to', () => {
    const broken: Nodes = { start: { type: 'start', next: 'gone' }, alone: { type: 'end', outcome: 'approved' } }
    const tree = readFlow(broken)
    expect(drawn(tree.main)).toBe('start ^gone')
    expect(drawn(tree.aside[0]?.items ?? [])).toBe('alone')
  })
})

describe('changing a flow', () => {
  it('puts an approval on an edge, with an end for rejections where there is none', () => {
    const made = insert(plain, { from: 'start', slot: 'next' }, 'approval', { label: 'Boss', words })
    expect(made?.key).toBe('x_boss')
    expect(drawn(readFlow(made?.nodes ?? {}).main)).toBe('start x_boss done')
    expect(made?.nodes.x_boss?.rejected).toBe('x_rejected')
    const again = insert(made?.nodes ?? {}, { from: 'x_boss', slot: 'next' }, 'approval', { label: 'Boss', words })
    expect(again?.nodes[again.key]).toMatchObject({ rejected: 'x_rejected', next: 'done' })
  })

  it('puts a switch on an edge whose branches both go on', () => {
    const made = insert(trade.nodes, { from: 'sales_manager', slot: 'next' }, 'switch', { label: 'Large', words })
    expect(drawn(readFlow(made?.nodes ?? {}).main)).toContain('sales_manager x_large[ | ] from_level_two')
    const more = addCase(made?.nodes ?? {}, 'x_large', 'Huge')
    expect(edgesOf('x_large', more.x_large!).map((edge) => edge.slot)).toEqual(['cases.x_yes', 'cases.x_huge', 'default'])
    expect(edgesOf('x_large', removeCase(more, 'x_large', 'x_yes').x_large!)).toHaveLength(2)
  })

  it('takes a node out and joins what was around it', () => {
    const less = remove(trade.nodes, 'finance')
    expect(endOf(less, { from: 'from_level_two', slot: 'cases.yes' })).toBe('from_level_three')
    expect(remove(trade.nodes, 'start')).toBe(trade.nodes)
    expect(remove(trade.nodes, 'approved')).toBe(trade.nodes)
  })

  it('takes an end along when nothing leads to it any more', () => {
    const made = insert(plain, { from: 'start', slot: 'next' }, 'approval', { label: 'Boss', words })
    expect(remove(made?.nodes ?? {}, 'x_boss')).toEqual(plain)
  })

  it('moves a node onto another edge', () => {
    const moved = move(trade.nodes, 'general_manager', { from: 'sales_manager', slot: 'next' })
    expect(drawn(readFlow(moved).main)).toBe('start by_level[ | sales_manager general_manager from_level_two[finance from_level_three[ | ] | ]] approved')
    expect(move(trade.nodes, 'finance', { from: 'finance', slot: 'next' })).toBe(trade.nodes)
    expect(move(trade.nodes, 'by_level', { from: 'sales_manager', slot: 'next' })).toBe(trade.nodes)
  })

  it('leaves out what is taken away', () => {
    expect(change(plain, 'done', { label: 'Yes', outcome: undefined }).done).toEqual({ type: 'end', label: 'Yes' })
  })

  it('puts a wait on an edge, and a race between a decision and a wait', () => {
    const waiting = insert(plain, { from: 'start', slot: 'next' }, 'wait', { label: 'Pause', words })
    expect(drawn(readFlow(waiting?.nodes ?? {}).main)).toBe('start x_pause done')
    const raced = insert(plain, { from: 'start', slot: 'next' }, 'race', { label: 'First', words: { ...words, approval: 'Boss', wait: 'Three days' } })
    expect(drawn(readFlow(raced?.nodes ?? {}).main)).toBe('start x_first[x_boss | x_three_days] done')
    const more = addRaceBranch(raced?.nodes ?? {}, 'x_first', 'wait', 'A week', words)
    expect(drawn(readFlow(more).main)).toBe('start x_first[x_boss | x_three_days | x_a_week] done')
    expect(removeRaceBranch(more, 'x_first', 'x_a_week')).toEqual(raced?.nodes)
    expect(remove(more, 'x_first')).toEqual(plain)
  })

  it('reads and writes spans of time', () => {
    expect(readPeriod('2 working_day')).toEqual({ count: '2', unit: 'working_days' })
    expect(writePeriod(' 4 ', 'hours')).toBe('4 hours')
    const due = { after: '2 days', remind: [{ before: '4 working_hours' }, 'at_due'], then: { act: 'approve' } }
    expect(spansOf(due)).toEqual(['2 days', '4 working_hours'])
    expect([isWorkingTime(...spansOf(due)), isWorkingTime('3 days')]).toEqual([true, false])
  })
})
