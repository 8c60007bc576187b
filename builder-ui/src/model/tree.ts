/** Departments and the like: rows that name their parent, as a tree. */
export interface TreeRow {
  id: string
  parent: string | null
}

export interface TreeNode<R extends TreeRow> {
  row: R
  children: TreeNode<R>[]
}

/** A row whose parent is missing (or its own descendant) stands at the top, so that nothing is ever hidden. */
export function toTree<R extends TreeRow>(rows: R[]): TreeNode<R>[] {
  const byId = new Map(rows.map((row) => [row.id, { row, children: [] as TreeNode<R>[] }]))
  const roots: TreeNode<R>[] = []
  for (const node of byId.values()) {
    const parent = node.row.parent ? byId.get(node.row.parent) : undefined
    if (parent && !isBelow(node.row, parent.row, byId)) parent.children.push(node)
    else roots.push(node)
  }
  return roots
}

function isBelow<R extends TreeRow>(row: R, candidate: R, byId: Map<string, TreeNode<R>>): boolean {
  const seen = new Set<string>()
  for (let at: R | undefined = candidate; at; at = at.parent ? byId.get(at.parent)?.row : undefined) {
    if (at.id === row.id) return true
    if (seen.has(at.id)) return true
    seen.add(at.id)
  }
  return false
}
