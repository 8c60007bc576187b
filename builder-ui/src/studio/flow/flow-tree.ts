/** A workflow's definition as a tree; see `model/flow/tree`. */
import { readTree, type Branch as AnyBranch, type Item as AnyItem, type Tree as AnyTree } from '@/model/flow/tree'
import { edgesOf, type FlowNode, type Nodes } from './flow-edit'

export { outline } from '@/model/flow/tree'

interface AboutBranch {
  name: string
  label: string | undefined
  /** The condition as it is written; none of a default or of a fork's branch. */
  when: unknown
  isDefault: boolean
}

export type Item = AnyItem<FlowNode, AboutBranch>
export type Branch = AnyBranch<FlowNode, AboutBranch>
export type Tree = AnyTree<FlowNode, AboutBranch>

export function readFlow(nodes: Nodes): Tree {
  return readTree<FlowNode, AboutBranch>(nodes, {
    edgesOf,
    about: (node, edge) => {
      const [group = '', name = ''] = edge.slot.split('.')
      const told = (node[group] as Record<string, { label?: string; when?: unknown }> | undefined)?.[name]
      return { name, label: told?.label, when: told?.when, isDefault: edge.slot === 'default' }
    },
  })
}
