/**
 * What one does with a workflow: nodes put on an edge, moved, taken out, branches added. A node is named by its key, an edge by
 * the node it leaves and the property that holds its end. Pure: each act gives new nodes.
 */
import type { Json } from '@/model/definition'
import { putAfter, withValue, without, type Keyed } from '../model/keyed'
import { proposeName } from '../model/name'

export type FlowNode = { type: string; label?: string } & Record<string, Json>
export type Nodes = Keyed<FlowNode>

/** An edge: `next`, `rejected`, `default`, or a place inside: `cases.high`, `branches.left`, `outcomes.limit`. */
export interface Edge {
  from: string
  slot: string
}

/** Properties that lead on, in the order in which they are read; `keyed` hold one end each. */
const single = ['next', 'default', 'rejected'] as const
const keyed = ['cases', 'branches', 'outcomes'] as const

type Branches = Keyed<Record<string, Json>>
const branchesOf = (node: FlowNode, name: string): Branches => (typeof node[name] === 'object' && node[name] !== null && !Array.isArray(node[name]) ? (node[name] as Branches) : {})

/** All edges that leave a node. */
export function edgesOf(key: string, node: FlowNode): (Edge & { to: string })[] {
  const out: (Edge & { to: string })[] = []
  for (const name of keyed) for (const [branch, { next }] of Object.entries(branchesOf(node, name))) if (typeof next === 'string') out.push({ from: key, slot: `${name}.${branch}`, to: next })
  for (const slot of single) {
    const to = node[slot]
    if (typeof to === 'string') out.push({ from: key, slot, to })
  }
  return out
}

export function endOf(nodes: Nodes, { from, slot }: Edge): string | null {
  const node = nodes[from]
  return (node && edgesOf(from, node).find((edge) => edge.slot === slot)?.to) ?? null
}

/** The same with an edge that leads elsewhere. */
export function lead(nodes: Nodes, { from, slot }: Edge, to: string): Nodes {
  return withValue(nodes, from, (node) => {
    const [group = '', branch] = slot.split('.')
    if (!branch) return { ...node, [slot]: to }
    return { ...node, [group]: withValue(branchesOf(node, group), branch, (old) => ({ ...old, next: to })) as Json }
  })
}

/** Where a node goes on if nothing special happens. */
export function mainWay(node: FlowNode): string | null {
  const next = node.next ?? node.default
  return typeof next === 'string' ? next : null
}

/** The end to which a rejection leads, if there is one. */
export function rejection(nodes: Nodes): string | null {
  const asked = Object.values(nodes).map((node) => node.rejected).find((one): one is string => typeof one === 'string')
  return asked ?? Object.entries(nodes).find(([, node]) => node.type === 'end' && node.outcome === 'rejected')?.[0] ?? null
}

export interface NewNode {
  label: string
  /** Labels of parts that it begins with. */
  words: { yes: string; rejected: string; message: string; approval?: string; wait?: string; branches?: [string, string] }
  /** The workflow that a sub-flow begins with. */
  workflow?: string
}

/** Puts a new node of a type onto an edge. Gives the nodes and the new key. */
export function insert(nodes: Nodes, edge: Edge, type: string, { label, words, workflow }: NewNode): { nodes: Nodes; key: string } | null {
  const to = endOf(nodes, edge)
  if (to === null) return null
  const key = proposeName(label, Object.keys(nodes))
  let all = nodes
  const ends = (): string => {
    const there = rejection(all)
    if (there) return there
    const name = proposeName(words.rejected, Object.keys(all))
    all = { ...all, [name]: { type: 'end', label: words.rejected, outcome: 'rejected' } }
    return name
  }
  const made = ((): FlowNode | null => {
    switch (type) {
      case 'approval': return { type, label, approvers: [{ manager: { of: 'initiator', level: 1 } }], nobody: 'admin', same_as_initiator: 'skip', next: to, rejected: ends() }
      case 'notify': return { type, label, to: ['initiator'], message: words.message, next: to }
      case 'switch': return { type, label, cases: { x_yes: { label: words.yes, when: 'true', next: to } }, default: to }
      case 'call': return { type, label, workflow: workflow ?? '', next: to, rejected: ends() }
      case 'form': return { type, label, people: ['initiator'], nobody: 'admin', fields: {}, next: to }
      case 'action': return { type, label, do: {}, next: to }
      case 'fork': {
        // All branches meet again; what is done in each is put on its edge.
        const join = proposeName(`${label} join`, [...Object.keys(all), key])
        all = { ...all, [join]: { type: 'join', of: key, next: to } }
        const [first, second] = words.branches ?? ['1', '2']
        return { type, branches: { x_first: { label: first, next: join }, x_second: { label: second, next: join } } }
      }
      case 'wait': return { type, label, for: { after: '1 days' }, next: to }
      case 'race': {
        const [decision, wait] = [words.approval ?? words.yes, words.wait ?? words.yes]
        const asked = proposeName(decision, [...Object.keys(all), key])
        all = { ...all, [asked]: { type: 'approval', label: decision, approvers: [{ manager: { of: 'initiator', level: 1 } }], nobody: 'admin', same_as_initiator: 'skip', next: to, rejected: ends() } }
        const waited = proposeName(wait, [...Object.keys(all), key])
        all = { ...all, [waited]: { type: 'wait', label: wait, for: { after: '3 days' }, next: to } }
        return { type, label, branches: { x_first: { next: asked }, x_second: { next: waited } } }
      }
      default: return null
    }
  })()
  if (!made) return null
  return { nodes: lead(putAfter(all, key, made, edge.from), edge, key), key }
}

/** One more that a race is between; it goes on where the others do. */
export function addRaceBranch(nodes: Nodes, key: string, type: 'wait' | 'approval', label: string, words: { rejected: string }): Nodes {
  const branches = branchesOf(nodes[key] ?? { type: 'race' }, 'branches')
  const first = Object.values(branches).map(({ next }) => nodes[String(next)]).find((node) => node !== undefined)
  const on = first ? mainWay(first) : null
  if (on === null) return nodes
  const made = proposeName(label, Object.keys(nodes))
  let ends: Nodes = {}
  let to = rejection(nodes)
  if (type === 'approval' && to === null) {
    to = proposeName(words.rejected, [...Object.keys(nodes), made])
    ends = { [to]: { type: 'end', label: words.rejected, outcome: 'rejected' } }
  }
  const node: FlowNode = type === 'wait'
    ? { type, label, for: { after: '3 days' }, next: on }
    : { type, label, approvers: [{ manager: { of: 'initiator', level: 1 } }], nobody: 'admin', same_as_initiator: 'skip', next: on, rejected: to ?? on }
  const name = proposeName(label, Object.keys(branches))
  return { ...withValue(nodes, key, (old) => ({ ...old, branches: { ...branches, [name]: { next: made } } as Json })), [made]: node, ...ends }
}

/** Takes one out of a race, with the wait or decision that it began with. */
export function removeRaceBranch(nodes: Nodes, key: string, name: string): Nodes {
  const branches = branchesOf(nodes[key] ?? { type: 'race' }, 'branches')
  const gone = String(branches[name]?.next ?? '')
  const less = withValue(nodes, key, (node) => ({ ...node, branches: without(branches, name) as Json }))
  const led = Object.entries(less).some(([from, node]) => edgesOf(from, node).some((edge) => edge.to === gone))
  return led ? less : tidied(without(less, gone), nodes)
}

/** Takes a node out: what led to it leads to where it went on. Starts and ends stay. */
export function remove(nodes: Nodes, key: string): Nodes {
  const node = nodes[key]
  if (node?.type === 'race') return withoutRace(nodes, key, node)
  if (node?.type === 'fork') return withoutFork(nodes, key)
  if (node?.type === 'join') return nodes
  const on = node ? mainWay(node) : null
  if (!node || node.type === 'start' || on === null || on === key) return nodes
  let rest = without(nodes, key)
  for (const [from, one] of Object.entries(nodes)) {
    if (from !== key) for (const edge of edgesOf(from, one)) if (edge.to === key) rest = lead(rest, edge, on)
  }
  return tidied(rest, nodes)
}

/** A fork goes with its join once nothing stands between them; what led to it goes on where the join did. */
function withoutFork(nodes: Nodes, key: string): Nodes {
  const join = Object.entries(nodes).find(([, node]) => node.type === 'join' && node.of === key)?.[0]
  const on = join ? mainWay(nodes[join] ?? { type: 'join' }) : null
  if (!join || on === null || edgesOf(key, nodes[key] ?? { type: 'fork' }).some((edge) => edge.to !== join)) return nodes
  let rest = without(without(nodes, key), join)
  for (const [from, one] of Object.entries(nodes)) if (from !== key && from !== join) for (const edge of edgesOf(from, one)) if (edge.to === key) rest = lead(rest, edge, on)
  return tidied(rest, nodes)
}

/** A race goes with all it was between; what led to it goes on where they did. */
function withoutRace(nodes: Nodes, key: string, race: FlowNode): Nodes {
  const firsts = edgesOf(key, race).map(({ to }) => to)
  const on = firsts.map((first) => nodes[first]).map((first) => (first ? mainWay(first) : null)).find((one): one is string => one !== null && !firsts.includes(one))
  if (on === undefined) return nodes
  let rest = without(nodes, key)
  for (const [from, one] of Object.entries(nodes)) if (from !== key) for (const edge of edgesOf(from, one)) if (edge.to === key) rest = lead(rest, edge, on)
  for (const first of firsts) if (!Object.entries(rest).some(([from, one]) => edgesOf(from, one).some((edge) => edge.to === first))) rest = without(rest, first)
  return tidied(rest, nodes)
}

/** Moves a node onto another edge. */
export function move(nodes: Nodes, key: string, edge: Edge): Nodes {
  const node = nodes[key]
  const to = endOf(nodes, edge)
  if (!node || edge.from === key || to === key || mainWay(node) === null || node.type === 'switch' || node.type === 'fork') return nodes
  const out = remove(nodes, key)
  if (out === nodes || !(edge.from in out)) return nodes
  const end = endOf(out, edge)
  if (end === null) return nodes
  const slot = 'next' in node ? 'next' : 'default'
  return lead(putAfter(out, key, { ...node, [slot]: end }, edge.from), edge, key)
}

/** Ends that nothing leads to any more go with what led to them; what was alone before stays for its author to see. */
function tidied(nodes: Nodes, before: Nodes): Nodes {
  const reached = (all: Nodes) => new Set(Object.entries(all).flatMap(([key, node]) => edgesOf(key, node).map((edge) => edge.to)))
  const [now, then] = [reached(nodes), reached(before)]
  return Object.fromEntries(Object.entries(nodes).filter(([key, node]) => node.type === 'start' || now.has(key) || !then.has(key) || node.type !== 'end'))
}

/** Adds a branch to a fork; what is done in it is put on its edge. */
export function addBranch(nodes: Nodes, key: string, label: string): Nodes {
  const join = Object.entries(nodes).find(([, node]) => node.type === 'join' && node.of === key)?.[0]
  return join ? withValue(nodes, key, (node) => {
    const branches = branchesOf(node, 'branches')
    const name = proposeName(label, Object.keys(branches))
    return { ...node, branches: { ...branches, [name]: { label, next: join } } as Json }
  }) : nodes
}

/** Adds a case to a switch before its default. */
export function addCase(nodes: Nodes, key: string, label: string): Nodes {
  return withValue(nodes, key, (node) => {
    const cases = branchesOf(node, 'cases')
    const name = proposeName(label, Object.keys(cases))
    return { ...node, cases: putAfter(cases, name, { label, when: 'true', next: node.default ?? '' }, Object.keys(cases).at(-1) ?? null) as Json }
  })
}

export function removeCase(nodes: Nodes, key: string, name: string): Nodes {
  return withValue(nodes, key, (node) => ({ ...node, cases: without(branchesOf(node, 'cases'), name) as Json }))
}

export function changeCase(nodes: Nodes, key: string, name: string, change: Record<string, Json>): Nodes {
  return withValue(nodes, key, (node) => ({ ...node, cases: withValue(branchesOf(node, 'cases'), name, (old) => ({ ...old, ...change })) as Json }))
}

/** Changes properties of a node; undefined takes one away. */
export function change(nodes: Nodes, key: string, properties: Record<string, Json | undefined>): Nodes {
  return withValue(nodes, key, (node) => Object.fromEntries(Object.entries({ ...node, ...properties }).filter(([, value]) => value !== undefined)) as FlowNode)
}
