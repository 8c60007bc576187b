/**
 * A workflow read from top to bottom: nodes in a row, branches side by side until they meet again. What leads back, or to where
 * another branch has been, is a jump. No place is stored; the picture follows from the nodes.
 */
import { edgesOf, type Edge, type FlowNode, type Nodes } from './flow-edit'

export type Item =
  | { kind: 'node'; key: string; node: FlowNode; /** The edge below it; none below an end. */ after: Edge | null }
  | { kind: 'branches'; key: string; node: FlowNode; branches: Branch[] }
  | { kind: 'jump'; to: string }

export interface Branch {
  edge: Edge
  name: string
  label: string | undefined
  /** The condition as it is written; none of a default or of a fork's branch. */
  when: unknown
  isDefault: boolean
  items: Item[]
}

export interface Tree {
  main: Item[]
  /** What only rejections and other special ways lead to, each way from its first node. */
  aside: { first: string; items: Item[] }[]
}

/** Edges of the ordinary way: all but rejections and outcomes of their own. */
function ways(key: string, node: FlowNode): (Edge & { to: string })[] {
  return edgesOf(key, node).filter(({ slot }) => slot !== 'rejected' && !slot.startsWith('outcomes.'))
}

/** All nodes that can be reached, nearest first, the first one among them. */
function reachable(nodes: Nodes, from: string): string[] {
  const found = new Set([from])
  for (const key of found) {
    const node = nodes[key]
    if (node) for (const { to } of ways(key, node)) found.add(to)
  }
  return [...found]
}

/** Where branches meet again: the nearest node that lies on all of them. */
function meeting(nodes: Nodes, key: string, targets: string[]): string | null {
  const [first = [], ...others] = targets.map((target) => reachable(nodes, target))
  const sets = others.map((list) => new Set(list))
  return first.find((one) => one !== key && sets.every((set) => set.has(one))) ?? null
}

export function readFlow(nodes: Nodes): Tree {
  const seen = new Set<string>()
  const start = Object.entries(nodes).find(([, node]) => node.type === 'start')?.[0]
  const main = start ? sequence(nodes, start, null, seen) : []
  const aside: Tree['aside'] = []
  for (const node of Object.values(nodes)) {
    for (const slot of ['rejected'] as const) {
      const to = node[slot]
      if (typeof to === 'string' && to in nodes && !seen.has(to)) aside.push({ first: to, items: sequence(nodes, to, null, seen) })
    }
  }
  // What nothing leads to is shown too, so that it can be mended.
  for (const key of Object.keys(nodes)) if (!seen.has(key)) aside.push({ first: key, items: sequence(nodes, key, null, seen) })
  return { main, aside }
}

function sequence(nodes: Nodes, from: string, until: string | null, seen: Set<string>): Item[] {
  const items: Item[] = []
  let at: string | null = from
  while (at !== null && at !== until) {
    const node: FlowNode | undefined = nodes[at]
    if (!node || seen.has(at)) {
      items.push({ kind: 'jump', to: at })
      return items
    }
    seen.add(at)
    const key: string = at
    const out: (Edge & { to: string })[] = ways(key, node)
    if (node.type === 'switch' || node.type === 'fork') {
      const meet: string | null = meeting(nodes, key, out.map((edge) => edge.to))
      const stop: string | null = meet !== null && seen.has(meet) ? until : meet
      const branches = out.map((edge): Branch => {
        const [group = '', name = ''] = edge.slot.split('.')
        const told = (node[group] as Record<string, { label?: string; when?: unknown }> | undefined)?.[name]
        return { edge, name, label: told?.label, when: told?.when, isDefault: edge.slot === 'default', items: sequence(nodes, edge.to, stop, seen) }
      })
      items.push({ kind: 'branches', key, node, branches })
      at = stop
    } else {
      const [edge] = out
      items.push({ kind: 'node', key, node, after: edge ? { from: edge.from, slot: edge.slot } : null })
      at = edge?.to ?? null
    }
  }
  return items
}

/** All nodes in the order in which they are read: for the list that does the same by keys. */
export function outline(items: Item[], depth = 0): { key: string; depth: number }[] {
  return items.flatMap((item) => {
    if (item.kind === 'jump') return []
    const own = { key: item.key, depth }
    return item.kind === 'node' ? [own] : [own, ...item.branches.flatMap((branch) => outline(branch.items, depth + 1))]
  })
}
