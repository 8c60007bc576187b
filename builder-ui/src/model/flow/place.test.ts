import { describe, expect, it } from 'vitest'
import { place, type Measures, type Picture } from './place'
import { readTree, type Way } from './tree'

const size: Measures = { width: 200, height: () => 60, gap: 36, aside: 24, label: 26, jump: { width: 150, height: 28 } }

function draw(kinds: Record<string, string>, ways: [from: string, slot: string, to: string][]): Picture {
  const nodes = Object.fromEntries(Object.entries(kinds).map(([key, type]) => [key, { type }]))
  const edges: Way[] = ways.map(([from, slot, to]) => ({ from, slot, to }))
  return place(readTree(nodes, { edgesOf: (key) => edges.filter((edge) => edge.from === key), about: () => ({}) }), edges, size)
}

const quotation = draw(
  { start: 'start', by_level: 'switch', manager: 'approval', tell: 'notify', finance: 'approval', approved: 'end', rejected: 'end' },
  [
    ['start', 'next', 'by_level'], ['by_level', 'cases.none', 'approved'], ['by_level', 'default', 'manager'], ['manager', 'next', 'finance'], ['manager', 'rejected', 'tell'],
    ['finance', 'next', 'approved'], ['finance', 'rejected', 'tell'], ['tell', 'next', 'rejected'],
  ],
)

describe('the picture of a workflow', () => {
  it('has a box for each node, none upon another', () => {
    expect(quotation.boxes.map((box) => box.key).sort()).toEqual(['approved', 'by_level', 'finance', 'manager', 'rejected', 'start', 'tell'])
    for (const one of quotation.boxes) for (const other of quotation.boxes) {
      const apart = one === other || one.x + one.width <= other.x || other.x + other.width <= one.x || one.y + one.height <= other.y || other.y + other.height <= one.y
      expect(apart, `${one.key} and ${other.key}`).toBe(true)
    }
  })
  it('lies within its measures', () => {
    for (const box of quotation.boxes) {
      expect(box.x).toBeGreaterThanOrEqual(0)
      expect(box.x + box.width).toBeLessThanOrEqual(quotation.width)
      expect(box.y + box.height).toBeLessThanOrEqual(quotation.height)
    }
  })
  it('goes from top to bottom: each line ends at the top of its box, or at the side of a special one', () => {
    for (const line of quotation.lines.filter(({ slot }) => slot !== 'rejected')) {
      const to = quotation.boxes.find((box) => box.key === line.to)
      expect(line.points.at(-1)).toEqual([(to?.x ?? 0) + 100, to?.y])
    }
    const special = quotation.lines.filter(({ slot }) => slot === 'rejected')
    expect(special.map(({ from }) => from)).toEqual(['manager', 'finance'])
  })
  it('draws every ordinary edge once, what leads back as a jump', () => {
    const loop = draw({ start: 'start', ask: 'form', again: 'switch', end: 'end' }, [['start', 'next', 'ask'], ['ask', 'next', 'again'], ['again', 'cases.no', 'ask'], ['again', 'default', 'end']])
    expect(loop.lines.map(({ from, slot }) => `${from}.${slot}`).sort()).toEqual(['again.cases.no', 'again.default', 'ask.next', 'start.next'])
    expect(loop.jumps.map(({ from, to }) => [from, to])).toEqual([['again', 'ask']])
  })
  it('names branches above them', () => {
    expect(quotation.labels.map(({ slot }) => slot)).toEqual(['cases.none', 'default'])
    const [none, usual] = quotation.labels
    expect(none && usual && none.x < usual.x).toBe(true)
  })
})
