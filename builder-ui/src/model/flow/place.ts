/** Where the parts of a workflow's picture lie: boxes in rows from top to bottom, edges as lines with right angles between them. */
import { isOrdinary, type Edge, type Item, type Tree, type Way } from './tree'

export type Point = readonly [x: number, y: number]

export interface Box {
  key: string
  x: number
  y: number
  width: number
  height: number
}

export interface Line extends Way {
  points: Point[]
}

/** Where a way goes on elsewhere, by name. */
export interface Jump extends Way {
  x: number
  y: number
}

/** Where a branch is named, at the middle of its top. */
export interface Label extends Edge {
  x: number
  y: number
}

export interface Picture {
  width: number
  height: number
  boxes: Box[]
  lines: Line[]
  jumps: Jump[]
  labels: Label[]
}

/** What of the picture is how large, in pixels. */
export interface Measures {
  width: number
  height: (key: string) => number
  /** Between one row and the next. */
  gap: number
  /** Between branches. */
  aside: number
  label: number
  jump: { width: number; height: number }
}

interface Extent {
  left: number
  right: number
}

/** An edge on its way to the node at its end. */
interface Open {
  edge: Edge
  points: Point[]
}

class Placing<N, B> {
  readonly boxes: Box[] = []
  readonly lines: Line[] = []
  readonly jumps: Jump[] = []
  readonly labels: Label[] = []
  private readonly size: Measures

  constructor(size: Measures) {
    this.size = size
  }

  /** How far it reaches to both sides of its axis. */
  extent(items: Item<N, B>[]): Extent {
    const own = this.size.width / 2
    return items.reduce<Extent>((wide, item) => {
      if (item.kind !== 'branches') return { left: Math.max(wide.left, own), right: Math.max(wide.right, own) }
      const half = Math.max(own, this.total(item.branches.map((branch) => this.extentOf(branch.items))) / 2)
      return { left: Math.max(wide.left, half), right: Math.max(wide.right, half) }
    }, { left: own, right: own })
  }

  private extentOf(items: Item<N, B>[]): Extent {
    return items.length > 0 ? this.extent(items) : { left: this.size.jump.width / 2, right: this.size.jump.width / 2 }
  }

  private total(extents: Extent[]): number {
    return extents.reduce((sum, { left, right }) => sum + left + right, this.size.aside * (extents.length - 1))
  }

  /** Lays a row of items along an axis; gives the edges that lead on, and how far down it came. */
  lay(items: Item<N, B>[], x: number, top: number, incoming: Open[]): { open: Open[]; bottom: number } {
    let y = top
    let open = incoming
    items.forEach((item, index) => {
      if (index > 0) y += this.size.gap
      if (item.kind === 'jump') {
        this.close(open, item.to, [x, y])
        const [first] = open
        if (first) this.jumps.push({ ...first.edge, to: item.to, x: x - this.size.jump.width / 2, y })
        open = []
        y += this.size.jump.height
        return
      }
      const height = this.size.height(item.key)
      this.close(open, item.key, [x, y])
      this.boxes.push({ key: item.key, x: x - this.size.width / 2, y, width: this.size.width, height })
      y += height
      if (item.kind === 'node') open = item.after ? [{ edge: item.after, points: [[x, y]] }] : []
      else ({ open, bottom: y } = this.branch(item, x, y))
    })
    return { open, bottom: y }
  }

  private branch(item: Extract<Item<N, B>, { kind: 'branches' }>, x: number, y: number): { open: Open[]; bottom: number } {
    const extents = item.branches.map((branch) => this.extentOf(branch.items))
    const fork = y + this.size.gap / 2
    const labelled = fork + 12
    const first = labelled + this.size.label + this.size.gap / 2
    const open: Open[] = []
    let bottom = first
    let edge = x - this.total(extents) / 2
    item.branches.forEach((branch, index) => {
      const { left, right } = extents[index] ?? { left: 0, right: 0 }
      const axis = edge + left
      edge += left + right + this.size.aside
      this.labels.push({ ...branch.edge, x: axis, y: labelled })
      const points: Point[] = axis === x ? [[x, y]] : [[x, y], [x, fork], [axis, fork]]
      const laid = this.lay(branch.items, axis, first, [{ edge: branch.edge, points }])
      open.push(...laid.open)
      bottom = Math.max(bottom, laid.bottom)
    })
    return { open, bottom }
  }

  /** Edges come to an end: down, across just above it, and into it. */
  private close(open: Open[], to: string, [x, y]: Point): void {
    const across = y - this.size.gap / 2
    for (const { edge, points } of open) {
      const [last] = points.at(-1) ?? [x]
      this.lines.push({ ...edge, to, points: last === x ? [...points, [x, y]] : [...points, [last, across], [x, across], [x, y]] })
    }
  }

  /** Special ways run down the gutter at the right of all; those that would cross a box are left to words. */
  special(ways: Way[], right: number): void {
    const gutters = new Map<string, number>()
    for (const way of ways) {
      const from = this.boxes.find((box) => box.key === way.from)
      const to = this.boxes.find((box) => box.key === way.to)
      if (!from || !to) continue
      const gutter = gutters.get(way.to) ?? right + 18 + gutters.size * 12
      const y = from.y + from.height / 2
      const out = from.x + from.width
      const end = to.x + to.width
      const crossed = this.boxes.some((box) => box.key !== way.from && box.y < y && box.y + box.height > y && box.x >= out && box.x < gutter)
      if (crossed) continue
      gutters.set(way.to, gutter)
      const points: Point[] = to.x > gutter
        ? [[out, y], [gutter, y], [gutter, to.y + to.height / 2], [to.x, to.y + to.height / 2]]
        : [[out, y], [gutter, y], [gutter, to.y + to.height / 2], [end, to.y + to.height / 2]]
      this.lines.push({ ...way, points })
    }
  }
}

/** Places a tree; `ways` are all edges, so that special ones can be drawn beside. */
export function place<N, B>(tree: Tree<N, B>, ways: Way[], size: Measures): Picture {
  const placing = new Placing<N, B>(size)
  const main = placing.extent(tree.main)
  const { bottom } = placing.lay(tree.main, main.left, 0, [])
  let right = main.left + main.right
  const gutter = right
  let height = bottom
  const special = ways.filter((way) => !isOrdinary(way))
  if (tree.aside.length > 0) right += 18 + Math.min(3, new Set(special.map((way) => way.to)).size) * 12 + 14
  for (const { first, items } of tree.aside) {
    const { left, right: more } = placing.extent(items)
    // Beside the first node that leads there.
    const from = special.find((way) => way.to === first)?.from
    const top = placing.boxes.find((box) => box.key === from)?.y ?? 0
    const laid = placing.lay(items, right + left, top, [])
    right += left + more + size.aside
    height = Math.max(height, laid.bottom)
  }
  placing.special(special, gutter)
  const reach = placing.lines.flatMap((line) => line.points.map(([x]) => x))
  const { boxes, lines, jumps, labels } = placing
  return { width: Math.max(right - (tree.aside.length > 0 ? size.aside : 0), ...reach), height, boxes, lines, jumps, labels }
}
