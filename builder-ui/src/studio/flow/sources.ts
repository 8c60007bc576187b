/** Who decides, in words, and what can be chosen for it. */
import { use } from 'react'
import { useTranslation } from 'react-i18next'
import type { Json } from '@/model/definition'
import { useDraftState } from '../context'
import { FlowContext } from './context'

export type SourceKind = 'role' | 'role_here' | 'manager' | 'manager_chain' | 'department_head' | 'field' | 'user' | 'initiator' | 'position' | 'lines' | 'initiator_picks' | 'previous_picks' | 'expr'
export const sourceKinds: SourceKind[] = ['manager', 'department_head', 'role_here', 'role', 'position', 'manager_chain', 'field', 'lines', 'user', 'initiator', 'initiator_picks', 'previous_picks', 'expr']

type Keyed = Record<string, Json>
const inside = (source: Json, key: string): Keyed => ((source as Keyed)[key] as Keyed | undefined) ?? {}

/** The kind of a source; none for one that only its text can say. */
export function kindOf(source: Json): SourceKind | null {
  if (source === 'initiator') return 'initiator'
  if (typeof source !== 'object' || source === null || Array.isArray(source)) return null
  if ('role' in source) return source.in ? 'role_here' : 'role'
  for (const kind of ['manager', 'manager_chain', 'department_head', 'field', 'user', 'position', 'lines', 'initiator_picks', 'previous_picks', 'expr'] as const) if (kind in source) return kind
  return null
}

/** A source of a kind as it begins. */
export function startOf(kind: SourceKind, role: string): Json {
  switch (kind) {
    case 'initiator': return 'initiator'
    case 'role': return { role }
    case 'role_here': return { role, in: 'initiator_department' }
    case 'manager': return { manager: { of: 'initiator', level: 1 } }
    case 'manager_chain': return { manager_chain: { of: 'initiator', until: { level: 2 } } }
    case 'department_head': return { department_head: { of: 'initiator' } }
    case 'field': return { field: 'owner' }
    case 'user': return { user: '' }
    case 'position': return { position: '' }
    case 'lines': return { lines: { of: '', field: '' } }
    case 'initiator_picks': return { initiator_picks: { from: [{ role }] } }
    case 'previous_picks': return { previous_picks: { from: [{ role }] } }
    case 'expr': return { expr: 'initiator' }
  }
}

export function useSources() {
  const { t } = useTranslation('studio')
  const definitions = useDraftState((state) => state.draft.definitions)
  const roles = definitions.filter((one) => one.kind === 'role').map((one) => ({ value: one.name, label: one.label ?? one.name }))
  const calendars = definitions.filter((one) => one.kind === 'calendar').map((one) => ({ value: one.name, label: one.label ?? one.name }))
  const fields = use(FlowContext)?.fields ?? []
  const role = (name: unknown) => roles.find((one) => one.value === name)?.label ?? String(name)
  const one = (source: Json): string => {
    const kind = kindOf(source)
    switch (kind) {
      case 'role': return role((source as Keyed).role)
      case 'role_here': return t('flow.sources.role_here_named', { role: role((source as Keyed).role) })
      case 'manager': return t('flow.sources.manager_named', { count: Number(inside(source, 'manager').level ?? 1) })
      case 'field': return t('flow.sources.field_named', { field: fields.find((one) => one.path === (source as Keyed).field)?.label ?? String((source as Keyed).field) })
      case 'user': return String((source as Keyed).user)
      case 'position': return String((source as Keyed).position)
      case null: return JSON.stringify(source)
      default: return t(`flow.sources.${kind}`)
    }
  }
  return {
    roles,
    calendars,
    describe: (sources: Json | undefined): string => (Array.isArray(sources) && sources.length ? sources.map(one).join(t('flow.list_comma')) : t('flow.nobody_named')),
  }
}
