/** A workflow as a picture that lays itself out: nodes from top to bottom, branches side by side, a plus on every edge. */
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { About } from '@/api/studio'
import { Button } from '@/ui/button'
import { Icon, type IconName } from '@/ui/icon'
import { MenuButton, type MenuEntry } from '@/ui/menu-button'
import { SkeletonRows } from '@/ui/skeleton'
import { useDefinition, useDraftState, useOpenDraft } from '../context'
import { useDraggable, useDrop } from '../form/drag'
import { humanised } from '../form/use-design'
import { useTexts } from '../use-texts'
import { useEntityFields } from './condition-editor'
import { describeCondition } from './condition-text'
import { useCallable } from './call-panel'
import { FlowContext, useFlow, type Flow } from './context'
import { addBranch, addCase, endOf, insert, lead, mainWay, move, remove, type Edge, type FlowNode, type Nodes } from './flow-edit'
import { readFlow, type Branch, type Item } from './flow-tree'
import { NodePanel } from './node-panel'
import { useSources } from './sources'
import style from './flow-designer.module.css'

export const nodeIcons: Record<string, IconName> = {
  start: 'publish', approval: 'square_check', form: 'edit', switch: 'network', fork: 'columns', join: 'columns', merge: 'columns', call: 'workflow', notify: 'bell', action: 'settings', wait: 'clock', race: 'network', end: 'done',
}
/** What can be put on an edge. */
const insertable = ['approval', 'form', 'notify', 'switch', 'fork', 'action', 'call', 'wait', 'race'] as const

export default function FlowDesigner({ about }: { about: About }) {
  const { t } = useTranslation('studio')
  const open = useOpenDraft()
  const definition = useDefinition(about.file)
  const texts = useTexts(about.file, 'workflow', about.name)
  const [selected, select] = useState<string | null>(null)
  const fields = useEntityFields(String(definition?.entity ?? about.entity ?? ''))
  if (!definition || !texts) return <div className={style.waiting}><SkeletonRows rows={6} height={52} /></div>
  const nodes = (definition.nodes ?? {}) as Nodes
  const flow: Flow = {
    about, definition, nodes, texts, selected, select, fields,
    act: (what, next, group = null) => open.act(what, { [about.file]: { ...definition, nodes: next } }, group && `${about.file} ${group}`),
    write: (what, next, beside, group) => open.act(what, { ...(next === nodes ? {} : { [about.file]: { ...definition, nodes: next } }), ...beside }, group && `${about.file} ${group}`),
    label: (key) => texts.say(`nodes.${key}.label`, nodes[key]?.label) || (nodes[key]?.type === 'start' ? t('flow.types.start') : humanised(key)),
  }
  const tree = readFlow(nodes)
  return (
    <FlowContext value={flow}>
      <div className={style.designer} data-panel={selected && nodes[selected] ? true : undefined}>
        <div className={style.canvas} role="group" aria-label={t('flow.label')} data-pane>
          <p className={style.hint}>{t('flow.hint')}</p>
          <Sequence items={tree.main} />
          {tree.aside.map(({ first, items }) => (
            <section key={first} className={style.aside}>
              <h2 className={style.asideTitle}>{t('flow.aside')}</h2>
              <Sequence items={items} />
            </section>
          ))}
        </div>
        {selected && nodes[selected] ? <aside className={style.panel} aria-label={t('panel.label')} data-pane data-open><NodePanel key={selected} name={selected} /></aside> : null}
      </div>
    </FlowContext>
  )
}

function Sequence({ items }: { items: Item[] }) {
  return <div className={style.sequence}>{items.map((item) => <ItemView key={item.kind === 'jump' ? `jump-${item.to}` : item.key} item={item} />)}</div>
}

function ItemView({ item }: { item: Item }) {
  const flow = useFlow()
  const { t } = useTranslation('studio')
  if (item.kind === 'jump') {
    const there = item.to in flow.nodes
    return (
      <button type="button" className={style.jump} data-wrong={there ? undefined : true} disabled={!there} onClick={() => flow.select(item.to)}>
        <Icon name={there ? 'redo' : 'error'} size={13} />{there ? t('flow.to', { name: flow.label(item.to) }) : t('flow.nowhere', { name: item.to })}
      </button>
    )
  }
  if (item.kind === 'node') return <><NodeCard name={item.key} node={item.node} />{item.after ? <Plus edge={item.after} /> : null}</>
  return (
    <>
      <NodeCard name={item.key} node={item.node} />
      <div className={style.branches}>{item.branches.map((branch) => <BranchView key={branch.edge.slot} branch={branch} of={item.key} />)}</div>
    </>
  )
}

function BranchView({ branch, of }: { branch: Branch; of: string }) {
  const { t } = useTranslation('studio')
  const flow = useFlow()
  const label = branch.isDefault ? t('flow.otherwise') : flow.texts.say(`nodes.${of}.${branch.edge.slot}.label`, branch.label) || humanised(branch.name)
  const field = (path: string) => flow.fields.find((one) => one.path === path)
  const condition = branch.isDefault ? null : describeCondition(branch.when, t, (path) => field(path)?.label ?? path, (path, value) => field(path)?.options?.find((one) => one.value === value)?.label ?? value)
  return (
    <div className={style.branch}>
      <button type="button" className={style.case} onClick={() => flow.select(of)} title={condition ?? undefined}>
        <span className={style.caseLabel}>{label}</span>
        {condition ? <span className={style.condition}>{condition}</span> : null}
      </button>
      {flow.nodes[of]?.type === 'race' ? null : <Plus edge={branch.edge} />}
      <Sequence items={branch.items} />
    </div>
  )
}

/** A plus on an edge: what can come here, by a menu or by dragging a node onto it. */
function Plus({ edge }: { edge: Edge }) {
  const { t } = useTranslation('studio')
  const flow = useFlow()
  const { hold, side } = useDrop<HTMLDivElement>({
    axis: 'y',
    accepts: (dragged) => dragged.kind === 'part' && dragged.part in flow.nodes,
    onDrop: (dragged) => {
      if (dragged.kind === 'part') flow.act(t('act.move', { what: flow.label(dragged.part) }), move(flow.nodes, dragged.part, edge))
    },
  })
  const callable = useCallable()
  const put = (type: string) => {
    const made = insert(flow.nodes, edge, type, { label: t(`flow.new.${type}`), words: { yes: t('flow.new.case'), rejected: t('flow.new.rejected'), message: '{title}', approval: t('flow.new.approval'), wait: t('flow.new.wait'), branches: [t('flow.new.branch', { n: 1 }), t('flow.new.branch', { n: 2 })] }, ...(callable[0] ? { workflow: callable[0].value } : {}) })
    if (!made) return
    flow.act(t('act.add', { what: t(`flow.types.${type}`) }), made.nodes)
    flow.select(made.key)
  }
  const movable = Object.entries(flow.nodes).filter(([key, node]) => !['start', 'end', 'switch', 'fork', 'join', 'merge', 'race'].includes(node.type) && mainWay(node) !== null && key !== edge.from && endOf(flow.nodes, edge) !== key)
  const entries: MenuEntry[] = [
    ...insertable.map((type) => ({ key: type, label: t(`flow.types.${type}`), icon: nodeIcons[type] ?? ('dot' as const), onSelect: () => put(type) })),
    ...(movable.length ? [{ key: 'move', label: t('flow.move_here'), heading: true, divided: true }] : []),
    ...movable.map(([key]) => ({ key: `move-${key}`, label: flow.label(key), onSelect: () => flow.act(t('act.move', { what: flow.label(key) }), move(flow.nodes, key, edge)) })),
  ]
  const end = endOf(flow.nodes, edge)
  const elsewhere = Object.entries(flow.nodes).filter(([key, node]) => key !== edge.from && key !== end && node.type !== 'start')
  const deeper: MenuEntry[] = [
    { key: 'lead', label: t('flow.lead_to'), heading: true, divided: true },
    ...elsewhere.map(([key]) => ({ key: `lead-${key}`, label: flow.label(key), onSelect: () => flow.act(t('flow.to', { name: flow.label(key) }), lead(flow.nodes, edge, key)) })),
  ]
  return (
    <div ref={hold} className={style.edge} data-over={side !== null || undefined}>
      <MenuButton entries={[...entries, ...(elsewhere.length ? deeper : [])]} placement="bottomLeft">
        <button type="button" className={style.plus} aria-label={t('flow.insert', { name: flow.label(edge.from) })}><Icon name="add" size={13} /></button>
      </MenuButton>
    </div>
  )
}

function NodeCard({ name, node }: { name: string; node: FlowNode }) {
  const { t } = useTranslation('studio')
  const flow = useFlow()
  const sources = useSources()
  const callable = useCallable()
  const { hold, dragging } = useDraggable<HTMLDivElement>(() => ({ kind: 'part', part: name }))
  const problem = useDraftState((state) => state.draft.problems.find((one) => one.file === flow.about.file && (one.path === `nodes.${name}` || one.path.startsWith(`nodes.${name}.`))))
  const removed = remove(flow.nodes, name)
  const rejected = typeof node.rejected === 'string' ? node.rejected : null
  const entries: MenuEntry[] = [
    ...(node.type === 'switch' ? [{ key: 'case', label: t('flow.add_case'), icon: 'add' as const, onSelect: () => { flow.act(t('flow.add_case'), addCase(flow.nodes, name, t('flow.new.case'))); flow.select(name) } }] : []),
    ...(node.type === 'fork' ? [{ key: 'branch', label: t('flow.add_branch'), icon: 'add' as const, onSelect: () => flow.act(t('flow.add_branch'), addBranch(flow.nodes, name, t('flow.new.branch', { n: Object.keys((node.branches ?? {}) as object).length + 1 }))) }] : []),
    ...(rejected && (node.type === 'approval' || node.type === 'call') ? Object.keys(flow.nodes).filter((key) => key !== name && key !== rejected && flow.nodes[key]?.type !== 'start').map((key) => ({ key: `reject-${key}`, label: t('flow.rejected_to', { name: flow.label(key) }), onSelect: () => flow.act(t('flow.rejected_to', { name: flow.label(key) }), lead(flow.nodes, { from: name, slot: 'rejected' }, key)) })) : []),
    { key: 'remove', label: t('act.remove'), icon: 'delete', danger: true, divided: true, disabled: removed === flow.nodes, onSelect: () => { flow.act(t('act.remove_what', { what: flow.label(name) }), removed); flow.select(null) } },
  ]
  return (
    <div ref={hold} className={style.node} data-type={node.type} data-active={flow.selected === name || undefined} data-dragging={dragging || undefined} data-problem={problem?.severity}>
      <button type="button" className={style.card} aria-pressed={flow.selected === name} onClick={() => flow.select(name)}>
        <span className={style.icon}><Icon name={node.type === 'end' && node.outcome === 'rejected' ? 'error' : (nodeIcons[node.type] ?? 'dot')} size={15} /></span>
        <span className={style.words}>
          <span className={style.name}>{flow.label(name)}</span>
          {node.type === 'start' ? null : <span className={style.about}>{node.type === 'approval' ? sources.describe(node.approvers) : node.type === 'form' ? sources.describe(node.people) : node.type === 'notify' ? sources.describe(node.to) : node.type === 'call' ? (callable.find((one) => one.value === node.workflow)?.label ?? String(node.workflow)) : t(`flow.types.${node.type}`, { defaultValue: node.type })}</span>}
          {rejected && (node.type === 'approval' || node.type === 'call') ? <span className={style.rejected}>{t('flow.rejected_to', { name: flow.label(rejected) })}</span> : null}
          {problem ? <span className={style.problem}>{problem.message}</span> : null}
        </span>
      </button>
      <span className={style.menu}><MenuButton entries={entries}><Button kind="quiet" size="small" icon="more" label={t('act.more_of', { name: flow.label(name) })} /></MenuButton></span>
    </div>
  )
}
