/** The properties of a node, by its type: the usual ones first, then all that the format knows. */
import { lazy, Suspense, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Json } from '@/model/definition'
import { Button } from '@/ui/button'
import { FieldFrame } from '@/ui/field-frame'
import { Icon } from '@/ui/icon'
import { MultiSelect, Select } from '@/ui/select'
import { TextInput } from '@/ui/text-input'
import { useDefinition, useDraftState } from '../context'
import panel from '../form/panel.module.css'
import { CallPanel } from './call-panel'
import { ConditionEditor } from './condition-editor'
import { withValue } from '../model/keyed'
import { addCase, change, changeCase, removeCase, type FlowNode } from './flow-edit'
import { useFlow } from './context'
import { DueEditor } from './due-editor'
import { ModeEditor, NobodyEditor } from './deciders'
import { MessageInput } from './message-input'
import { SourcesEditor } from './sources-editor'
import { VerbsEditor } from './verbs-editor'
import { RaceEditor, WaitEditor } from './wait-editor'
import style from './node-panel.module.css'

const Further = lazy(() => import('../schema/further'))
const FlowProperties = lazy(() => import('../schema/flow-properties'))

/** What has a control of its own above; where nodes lead is shown by the picture. */
const elsewhere: Record<string, string[]> = {
  approval: ['approvers', 'nobody', 'same_as_initiator', 'repeated', 'mode', 'due', 'rejected'],
  form: ['people', 'nobody', 'mode', 'due', 'verbs'],
  switch: ['cases', 'default'],
  fork: [],
  call: ['workflow', 'over', 'order', 'wait', 'until', 'more', 'rejected'],
  notify: ['to', 'message'],
  wait: ['for', 'calendar'],
  race: ['branches'],
}
/** Types that are called something. */
const labelled = new Set(['approval', 'form', 'switch', 'fork', 'join', 'merge', 'call', 'notify', 'action', 'wait', 'race', 'end'])
/** Types that have more than the usual. */
const folded = new Set(['approval', 'form', 'call'])

export function NodePanel({ name }: { name: string }) {
  const { t } = useTranslation('studio')
  const flow = useFlow()
  const node = flow.nodes[name]
  const [more, setMore] = useState(false)
  const problems = useDraftState((state) => state.draft.problems).filter((one) => one.file === flow.about.file && (one.path === `nodes.${name}` || one.path.startsWith(`nodes.${name}.`)))
  if (!node) return null
  const set = (key: string, value: Json | undefined, typed = false) => flow.act(t('act.change', { what: flow.label(name) }), change(flow.nodes, name, { [key]: value }), typed ? `${name}.${key}` : null)
  return (
    <div className={panel.panel}>
      <header className={panel.head}>
        <h2>{t(node.type === 'start' ? 'flow.properties' : `flow.types.${node.type}`, { defaultValue: node.type })}</h2>
        <Button kind="quiet" size="small" icon="close" label={t('panel.close')} onClick={() => flow.select(null)} />
      </header>
      {problems.map((one) => <p key={`${one.code} ${one.path} ${one.message}`} className={panel.error}><Icon name={one.severity === 'error' ? 'error' : 'warning'} size={14} />{one.message}</p>)}
      {node.type === 'start' || !labelled.has(node.type) ? null : (
        <FieldFrame label={t('field.label')}>
          {({ id }) => <TextInput id={id} value={flow.texts.say(`nodes.${name}.label`, node.label)} onChange={(label) => rename(label)} />}
        </FieldFrame>
      )}
      {node.type === 'approval' ? <Approval name={name} set={set} /> : null}
      {node.type === 'form' ? <Form name={name} set={set} /> : null}
      {node.type === 'wait' ? <WaitEditor name={name} /> : null}
      {node.type === 'race' ? <RaceEditor name={name} /> : null}
      {node.type === 'switch' ? <Switch name={name} /> : null}
      {node.type === 'call' ? <CallPanel name={name} set={set} /> : null}
      {node.type === 'notify' ? (
        <>
          <SourcesEditor label={t('flow.to_whom')} sources={node.to} onChange={(to) => set('to', to)} />
          <MessageInput name={name} />
        </>
      ) : null}
      {node.type === 'start' ? <Suspense fallback={null}><FlowProperties about={flow.about} texts={flow.texts} /></Suspense> : null}
      {folded.has(node.type) ? <Button size="small" kind="quiet" icon={more ? 'down' : 'right'} expanded={more} onClick={() => setMore(!more)}>{t('panel.more')}</Button> : null}
      {node.type === 'start' || (folded.has(node.type) && !more) ? null : (
        <Suspense fallback={null}>
          <Further about={flow.about} kind="workflow" texts={flow.texts} of="NodeDefinition" value={node as Record<string, Json>} path={`nodes.${name}`} without={['label', 'next', ...(elsewhere[node.type] ?? [])]}
            onChange={(next, how) => flow.write(t('act.change', { what: flow.label(name) }), withValue(flow.nodes, name, () => next as FlowNode), how.beside ?? {}, how.typed ?? null)} />
        </Suspense>
      )}
    </div>
  )

  function rename(label: string): void {
    const path = `nodes.${name}.label`
    const files = flow.texts.write(path, label)
    const nodes = flow.texts.follows(path, node?.label) ? change(flow.nodes, name, { label: label || undefined }) : flow.nodes
    flow.write(t('act.rename'), nodes, files, path)
  }
}

type Set = (key: string, value: Json | undefined, typed?: boolean) => void

const same = ['decide', 'skip', 'manager', 'department_head'] as const
const repeated = ['ask', 'skip_consecutive', 'skip'] as const

function Approval({ name, set }: { name: string; set: Set }) {
  const { t } = useTranslation('studio')
  const flow = useFlow()
  const node = flow.nodes[name]
  if (!node) return null
  const options = <V extends string>(values: readonly V[], group: string) => values.map((value) => ({ value, label: t(`flow.${group}.${value}`) }))
  return (
    <>
      <SourcesEditor label={t('flow.approvers')} sources={node.approvers} onChange={(approvers) => set('approvers', approvers)} />
      <ModeEditor value={node.mode} set={set} />
      <NobodyEditor value={node.nobody} set={set} />
      <FieldFrame label={t('flow.same_label')}>
        {({ id }) => <Select id={id} value={String(node.same_as_initiator ?? 'decide')} onChange={(value) => set('same_as_initiator', value === 'decide' ? undefined : (value ?? undefined))} options={options(same, 'same')} />}
      </FieldFrame>
      <FieldFrame label={t('flow.repeated_label')}>
        {({ id }) => <Select id={id} value={String(node.repeated ?? 'ask')} onChange={(value) => set('repeated', value === 'ask' ? undefined : (value ?? undefined))} options={options(repeated, 'repeated')} />}
      </FieldFrame>
      <DueEditor due={node.due} onChange={(due) => set('due', due, true)} />
      <VerbsEditor value={node.verbs} onChange={(verbs) => set('verbs', verbs)} />
      <Rights value={node.fields} which={['write', 'required', 'hide']} set={set} />
    </>
  )
}

/** People fill in fields, and nobody rejects. */
function Form({ name, set }: { name: string; set: Set }) {
  const { t } = useTranslation('studio')
  const node = useFlow().nodes[name]
  if (!node) return null
  return (
    <>
      <SourcesEditor label={t('flow.people')} sources={node.people} onChange={(people) => set('people', people)} />
      <Rights value={node.fields} which={['required', 'write']} set={set} keep />
      <ModeEditor value={node.mode} set={set} />
      <NobodyEditor value={node.nobody} set={set} />
      <DueEditor isForm due={node.due} onChange={(due) => set('due', due, true)} />
      <VerbsEditor isForm value={node.verbs} onChange={(verbs) => set('verbs', verbs)} />
    </>
  )
}

/** Fields that whoever has the task writes, must fill in, or does not see. */
function Rights({ value, which, set, keep = false }: { value: Json | undefined; which: readonly ('write' | 'required' | 'hide')[]; set: Set; keep?: boolean }) {
  const { t } = useTranslation('studio')
  const fields = useFlow().fields.filter((one) => !one.path.includes('.') && !one.system)
  const rights = (value ?? {}) as Record<string, string[]>
  const put = (key: string, names: string[]) => {
    const { [key]: _old, ...rest } = rights
    const next = names.length ? (key in rights ? { ...rights, [key]: names } : { ...rest, [key]: names }) : rest
    set('fields', keep || Object.keys(next).length ? next : undefined)
  }
  return which.map((key) => (
    <FieldFrame key={key} label={t(`flow.${key}_label`)} help={t(`flow.${key}_help`, { defaultValue: '' })}>
      {({ id, describedBy }) => <MultiSelect id={id} describedBy={describedBy} value={rights[key] ?? []} onChange={(names) => put(key, names)} options={fields.map((field) => ({ value: field.path, label: field.label }))} />}
    </FieldFrame>
  ))
}

function Switch({ name }: { name: string }) {
  const { t } = useTranslation('studio')
  const flow = useFlow()
  const cases = (flow.nodes[name]?.cases ?? {}) as Record<string, { label?: string; when?: Json; next: string }>
  const variables = useDefinition(flow.about.file)?.variables
  return (
    <>
      {Object.entries(cases).map(([key, one]) => {
        const path = `nodes.${name}.cases.${key}.label`
        return (
          <fieldset key={key} className={style.case}>
            <legend className="visually-hidden">{one.label ?? key}</legend>
            <div className={style.caseHead}>
              <TextInput label={t('flow.case_label')} value={flow.texts.say(path, one.label)} onChange={(label) => {
                const nodes = flow.texts.follows(path, one.label) ? changeCase(flow.nodes, name, key, { label }) : flow.nodes
                flow.write(t('act.rename'), nodes, flow.texts.write(path, label), path)
              }} />
              <Button kind="quiet" size="small" icon="delete" label={t('act.remove_what', { what: one.label ?? key })} disabled={Object.keys(cases).length === 1} onClick={() => flow.act(t('act.remove'), removeCase(flow.nodes, name, key))} />
            </div>
            <ConditionEditor fields={flow.fields} variables={Object.keys((variables ?? {}) as object)} condition={one.when ?? 'true'} onChange={(when, typed) => flow.act(t('flow.condition'), changeCase(flow.nodes, name, key, { when }), typed ? `${name}.${key}.when` : null)} />
          </fieldset>
        )
      })}
      <div><Button size="small" icon="add" onClick={() => flow.act(t('flow.add_case'), addCase(flow.nodes, name, t('flow.new.case')))}>{t('flow.add_case')}</Button></div>
      <p className={panel.caption}>{t('flow.first_holds')}</p>
    </>
  )
}
