/** The workflow that is open, for all parts of its picture. */
import { createContext, use } from 'react'
import type { About } from '@/api/studio'
import type { Definition } from '@/model/definition'
import type { Files } from '../model/draft-store'
import type { Texts } from '../use-texts'
import type { EntityField } from './condition-editor'
import type { Nodes } from './flow-edit'

export interface Flow {
  about: About
  definition: Definition
  nodes: Nodes
  texts: Texts
  selected: string | null
  select: (key: string | null) => void
  /** Changes the nodes as one step. */
  act: (what: string, nodes: Nodes, group?: string | null) => void
  /** The same with texts in another language beside. */
  write: (what: string, nodes: Nodes, beside: Files, group: string | null) => void
  label: (key: string) => string
  /** The fields of its entity, those across references too. */
  fields: EntityField[]
}

export const FlowContext = createContext<Flow | null>(null)

export function useFlow(): Flow {
  const flow = use(FlowContext)
  if (!flow) throw new Error('useFlow needs the designer around it')
  return flow
}
