/** A coastline by midpoint displacement, from a fixed seed, with the short strokes beside which a portolan chart writes its harbours. */
type Point = [x: number, y: number]

function generator(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 1664525 + 1013904223) % 4294967296
    return state / 4294967296 - 0.5
  }
}

function displace(points: Point[], depth: number, reach: number, next: () => number): Point[] {
  if (depth === 0) return points
  const finer = points.flatMap((from, n): Point[] => {
    const to = points[n + 1]
    if (!to) return [from]
    const [dx, dy] = [to[0] - from[0], to[1] - from[1]]
    const push = next() * reach
    const length = Math.hypot(dx, dy) || 1
    return [from, [(from[0] + to[0]) / 2 - (dy / length) * push, (from[1] + to[1]) / 2 + (dx / length) * push]]
  })
  return displace(finer, depth - 1, reach * 0.56, next)
}

const text = (value: number) => value.toFixed(1)

export function coast(corners: Point[], seed: number, reach = 70): { line: string; harbours: string } {
  const next = generator(seed)
  const points = displace(corners, 5, reach, next)
  const line = points.map(([x, y], n) => `${n === 0 ? 'M' : 'L'}${text(x)} ${text(y)}`).join('')
  const harbours = points.flatMap((point, n) => {
    const before = points[n - 1]
    const after = points[n + 1]
    if (!before || !after || n % 3 !== 0) return []
    const [dx, dy] = [after[0] - before[0], after[1] - before[1]]
    const length = Math.hypot(dx, dy) || 1
    const stroke = 7 + (n % 5) * 3
    return [`M${text(point[0])} ${text(point[1])}l${text((dy / length) * stroke)} ${text((-dx / length) * stroke)}`]
  })
  return { line, harbours: harbours.join('') }
}
