/**
 * A workflow read from top to bottom: nodes in a row, branches side by side until they meet again. What leads back, or to where
 * another branch has been, is a jump. No place is stored; the picture follows from the nodes.
 */
export interface Edge {
  from: string
  slot: string
}

export type Way = Edge & { to: string }

export type Item<N, B> =
  | { kind: 'node'; key: string; node: N; /** The edge below it; none below an end. */ after: Edge | null }
  | { kind: 'branches'; key: string; node: N; branches: Branch<N, B>[] }
  | { kind: 'jump'; to: string }

export type Branch<N, B> = B & { edge: Edge; items: Item<N, B>[] }

export interface Tree<N, B> {
  main: Item<N, B>[]
  /** What only rejections and other special ways lead to, each way from its first node. */
  aside: { first: string; items: Item<N, B>[] }[]
}

/** How nodes of a kind are read. */
export interface Reading<N, B> {
  edgesOf: (key: string, node: N) => Way[]
  /** What there is to say of a branch. */
  about: (node: N, edge: Way) => B
}

interface Typed {
  type: string
}

/** Edges of the ordinary way: all but rejections and outcomes of their own. */
export const isOrdinary = ({ slot }: Edge): boolean => slot !== 'rejected' && !slot.startsWith('outcomes.')

class Reader<N extends Typed, B> {
  private readonly seen = new Set<string>()
  private readonly nodes: Record<string, N>
  private readonly reading: Reading<N, B>

  constructor(nodes: Record<string, N>, reading: Reading<N, B>) {
    this.nodes = nodes
    this.reading = reading
  }

  read(): Tree<N, B> {
    const start = Object.entries(this.nodes).find(([, node]) => node.type === 'start')?.[0]
    const main = start ? this.sequence(start, null) : []
    const aside: Tree<N, B>['aside'] = []
    const add = (first: string) => { if (first in this.nodes && !this.seen.has(first)) aside.push({ first, items: this.sequence(first, null) }) }
    for (const [key, node] of Object.entries(this.nodes)) for (const edge of this.reading.edgesOf(key, node)) if (!isOrdinary(edge)) add(edge.to)
    // What nothing leads to is shown too, so that it can be mended.
    for (const key of Object.keys(this.nodes)) add(key)
    return { main, aside }
  }

  private ways(key: string, node: N): Way[] {
    return this.reading.edgesOf(key, node).filter(isOrdinary)
  }

  /** All nodes that can be reached, nearest first, the first one among them. */
  private reachable(from: string): string[] {
    const found = new Set([from])
    for (const key of found) {
      const node = this.nodes[key]
      if (node) for (const { to } of this.ways(key, node)) found.add(to)
    }
    return [...found]
  }

  /** Where branches meet again: the nearest node that lies on all of them. */
  private meeting(key: string, targets: string[]): string | null {
    const [first = [], ...others] = targets.map((target) => this.reachable(target))
    const sets = others.map((list) => new Set(list))
    return first.find((one) => one !== key && sets.every((set) => set.has(one))) ?? null
  }

  private sequence(from: string, until: string | null): Item<N, B>[] {
    const items: Item<N, B>[] = []
    let at: string | null = from
    while (at !== null && at !== until) {
      const node: N | undefined = this.nodes[at]
      if (!node || this.seen.has(at)) {
        items.push({ kind: 'jump', to: at })
        return items
      }
      this.seen.add(at)
      const key: string = at
      const out: Way[] = this.ways(key, node)
      if (node.type === 'switch' || node.type === 'fork' || out.length > 1) {
        const meet: string | null = this.meeting(key, out.map((edge) => edge.to))
        const stop: string | null = meet !== null && this.seen.has(meet) ? until : meet
        const branches = out.map((edge): Branch<N, B> => ({ ...this.reading.about(node, edge), edge, items: this.sequence(edge.to, stop) }))
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
}

export function readTree<N extends Typed, B>(nodes: Record<string, N>, reading: Reading<N, B>): Tree<N, B> {
  return new Reader(nodes, reading).read()
}

/** All nodes in the order in which they are read: for the list that does the same by keys. */
export function outline<N, B>(items: Item<N, B>[], depth = 0): { key: string; depth: number }[] {
  return items.flatMap((item) => {
    if (item.kind === 'jump') return []
    const own = { key: item.key, depth }
    return item.kind === 'node' ? [own] : [own, ...item.branches.flatMap((branch) => outline(branch.items, depth + 1))]
  })
}
