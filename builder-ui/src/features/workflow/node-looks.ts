/** How a node of an instance looks: its tone, its sign, who has it and since when. */
import type { TFunction } from 'i18next'
import type { Graph, GraphEdge, GraphNode } from '@/api/workflows'
import { formatDate, formatSpan } from '@/model/format'
import type { IconName } from '@/ui/icon'
import type { PictureEdge, PictureNode, Tone } from './flow-picture'

const TONES: Record<string, Tone> = {
  open: 'waiting', passed: 'done', approved: 'done', rejected: 'refused', returned: 'refused', cancelled: 'skipped', withdrawn: 'skipped',
  next: 'next', possible: 'possible', skipped: 'skipped',
}

const KINDS: Record<string, IconName> = {
  start: 'send', approval: 'shield', form: 'edit', switch: 'network', fork: 'columns', join: 'columns', notify: 'bell', action: 'settings', wait: 'clock', race: 'clock', call: 'external', end: 'done',
}

const SIGNS: Partial<Record<Tone, IconName>> = { done: 'check', refused: 'close', waiting: 'clock', stopped: 'warning' }

type T = TFunction<'workflows'>

export function toneOf(node: GraphNode, graph: Graph): Tone {
  if (node.status === 'open' && graph.incidents?.some((one) => one.node === node.node)) return 'stopped'
  return TONES[node.status] ?? 'plain'
}

/** Who has it, who had it, who will. */
export function aboutOf(node: GraphNode, language: string, t: T): string | null {
  if (node.tasks.length > 0) {
    const [first] = node.tasks.toSorted((a, b) => a.since.localeCompare(b.since))
    const names = node.tasks.map((task) => task.name).join(t('workflows:comma'))
    return first ? t('workflows:node.with', { name: names, span: formatSpan(first.since, language) }) : names
  }
  if (node.status === 'open') return node.visits.at(-1)?.entered_at ? t('workflows:node.since', { span: formatSpan(node.visits.at(-1)?.entered_at ?? '', language) }) : null
  const last = node.visits.at(-1)
  if (last && ['approval', 'form'].includes(node.kind)) {
    const decided = last.people.filter((person) => person.decision && !['closed', 'ended', 'cancelled'].includes(person.decision))
    const names = (decided.length > 0 ? decided : last.people).map((person) => person.name).join(t('workflows:comma'))
    return [names, last.left_at ? formatDate(last.left_at, language) : null].filter(Boolean).join(' · ')
  }
  if (last && node.kind === 'notify') return last.people.map((person) => person.name).join(t('workflows:comma')) || null
  if (node.ahead && node.ahead.people.length > 0) return t('workflows:node.next', { name: node.ahead.people.map((person) => person.name).join(t('workflows:comma')) })
  return null
}

export function pictureNodes(graph: Graph, language: string, t: T): PictureNode[] {
  return (graph.nodes ?? []).map((node) => {
    const tone = toneOf(node, graph)
    const said = t(`workflows:status.${tone === 'stopped' ? 'stopped' : node.status}`)
    const refusedEnd = node.kind === 'end' && node.outcome !== 'approved' && node.outcome !== 'completed'
    return {
      key: node.node, label: node.label, kind: node.kind, tone: tone === 'done' && refusedEnd ? 'refused' : tone, said,
      icon: tone === 'done' && refusedEnd ? 'close' : SIGNS[tone] ?? KINDS[node.kind] ?? 'dot',
      about: aboutOf(node, language, t),
    }
  })
}

export function litOf(edge: GraphEdge, round: number): PictureEdge['lit'] {
  if (edge.taken.some((one) => one.round === round)) return 'now'
  if (edge.taken.length > 0) return 'before'
  return edge.passed_by ? 'passed_by' : null
}

export const kindIcon = (kind: string): IconName => KINDS[kind] ?? 'dot'
