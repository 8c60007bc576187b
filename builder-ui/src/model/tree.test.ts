import { describe, expect, it } from 'vitest'
import { toTree, type TreeNode, type TreeRow } from './tree'

const shape = (nodes: TreeNode<TreeRow>[]): unknown => nodes.map((node) => [node.row.id, shape(node.children)])

describe('a tree of rows', () => {
  it('puts children under their parents, whatever the order', () => {
    const rows = [{ id: 'c', parent: 'b' }, { id: 'a', parent: null }, { id: 'b', parent: 'a' }]
    expect(shape(toTree(rows))).toEqual([['a', [['b', [['c', []]]]]]])
  })
  it('shows a row at the top when its parent is not there', () => {
    expect(shape(toTree([{ id: 'a', parent: 'gone' }]))).toEqual([['a', []]])
  })
  it('loses nobody in a circle', () => {
    const rows = [{ id: 'a', parent: 'b' }, { id: 'b', parent: 'a' }]
    const found: string[] = []
    const walk = (nodes: TreeNode<TreeRow>[]) => nodes.forEach((node) => { found.push(node.row.id); walk(node.children) })
    walk(toTree(rows))
    expect(found.sort()).toEqual(['a', 'b'])
  })
})
