/** What an administrator does with somebody's task: gives it to another, decides it, has it go on elsewhere. */
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { decideTask, type Verb } from '@/api/tasks'
import type { Graph, GraphNode, GraphTask } from '@/api/workflows'
import { PersonSelect } from '@/features/people/person-select'
import { Button } from '@/ui/button'
import { FieldFrame } from '@/ui/field-frame'
import { MenuButton } from '@/ui/menu-button'
import { Select } from '@/ui/select'
import { ReasonDialog } from './reason-dialog'

type Act = 'reassign' | 'force_approve' | 'force_reject' | 'jump'
const ACTS: { act: Act; icon: 'person' | 'check' | 'close' | 'redo' }[] = [
  { act: 'reassign', icon: 'person' }, { act: 'force_approve', icon: 'check' }, { act: 'force_reject', icon: 'close' }, { act: 'jump', icon: 'redo' },
]

interface TaskActsProps {
  graph: Graph
  task: GraphTask
  node: GraphNode
  onDone: () => void
}

export function TaskActs({ graph, task, node, onDone }: TaskActsProps) {
  const { t } = useTranslation('workflows')
  const [act, setAct] = useState<Act | null>(null)
  const [to, setTo] = useState<string | null>(null)
  const acts = ACTS.filter(({ act: one }) => node.kind !== 'form' || one !== 'force_reject')
  const targets = (graph.nodes ?? []).filter((one) => ['approval', 'form', 'switch', 'notify', 'action'].includes(one.kind) && one.node !== node.node)
  const begin = (next: Act) => { setTo(null); setAct(next) }
  return (
    <>
      <MenuButton entries={acts.map(({ act: one, icon }) => ({ key: one, label: t(`operate.${one}.action`), icon, danger: one === 'force_reject', onSelect: () => begin(one) }))}>
        <Button size="small" icon="more" label={t('operate.task', { name: task.name })} />
      </MenuButton>
      {act ? (
        <ReasonDialog
          title={t(`operate.${act}.title`, { name: task.name, node: node.label })}
          text={t(`operate.${act}.text`, { name: task.name, node: node.label })}
          action={t(`operate.${act}.action`)}
          danger={act === 'force_reject'}
          ready={to !== null || act === 'force_approve' || act === 'force_reject'}
          run={(reason) => decideTask(task.id, act as Verb, { reason, ...(to ? { to } : {}) })}
          done={t(`operate.${act}.done`)}
          onClose={() => setAct(null)}
          onDone={onDone}
        >
          {act === 'reassign' ? <FieldFrame label={t('operate.whom')} required>{({ id }) => <PersonSelect id={id} value={to} onChange={setTo} except={task.person} />}</FieldFrame> : null}
          {act === 'jump' ? <FieldFrame label={t('operate.where')} required>{({ id }) => <Select id={id} value={to} onChange={setTo} options={targets.map((one) => ({ value: one.node, label: one.label }))} />}</FieldFrame> : null}
        </ReasonDialog>
      ) : null}
    </>
  )
}
