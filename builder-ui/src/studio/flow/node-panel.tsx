/** The properties of a node, by its type; what has no box here is changed as text. */
import { useTranslation } from 'react-i18next'
import type { Json } from '@/model/definition'
import { Button } from '@/ui/button'
import { Checkbox } from '@/ui/checkbox'
import { FieldFrame } from '@/ui/field-frame'
import { Icon } from '@/ui/icon'
import { MultiSelect, Select } from '@/ui/select'
import { TextInput } from '@/ui/text-input'
import { useDefinition, useDraftState } from '../context'
import panel from '../form/panel.module.css'
import { CallPanel } from './call-panel'
import { ConditionEditor } from './condition-editor'
import { addCase, change, changeCase, removeCase } from './flow-edit'
import { useFlow } from './context'
import { DueEditor } from './due-editor'
import { SourcesEditor } from './sources-editor'
import { RaceEditor, WaitEditor } from './wait-editor'
import { useSources } from './sources'
import style from './node-panel.module.css'

export function NodePanel({ name }: { name: string }) {
  const { t } = useTranslation('studio')
  const flow = useFlow()
  const node = flow.nodes[name]
  const problems = useDraftState((state) => state.draft.problems).filter((one) => one.file === flow.about.file && (one.path === `nodes.${name}` || one.path.startsWith(`nodes.${name}.`)))
  if (!node) return null
  const set = (key: string, value: Json | undefined, typed = false) => flow.act(t('act.change', { what: flow.label(name) }), change(flow.nodes, name, { [key]: value }), typed ? `${name}.${key}` : null)
  return (
    <div className={panel.panel}>
      <header className={panel.head}>
        <h2>{t(`flow.types.${node.type}`, { defaultValue: node.type })}</h2>
        <Button kind="quiet" size="small" icon="close" label={t('panel.close')} onClick={() => flow.select(null)} />
      </header>
      {problems.map((one) => <p key={`${one.code} ${one.path} ${one.message}`} className={panel.error}><Icon name={one.severity === 'error' ? 'error' : 'warning'} size={14} />{one.message}</p>)}
      {node.type === 'start' ? null : (
        <FieldFrame label={t('field.label')}>
          {({ id }) => <TextInput id={id} value={flow.texts.say(`nodes.${name}.label`, node.label)} onChange={(label) => rename(label)} />}
        </FieldFrame>
      )}
      {node.type === 'approval' ? <Approval name={name} set={set} /> : null}
      {node.type === 'form' ? <DueEditor isForm due={node.due} onChange={(due) => set('due', due, true)} /> : null}
      {node.type === 'wait' ? <WaitEditor name={name} /> : null}
      {node.type === 'race' ? <RaceEditor name={name} /> : null}
      {node.type === 'switch' ? <Switch name={name} /> : null}
      {node.type === 'call' ? <CallPanel name={name} set={set} /> : null}
      {node.type === 'notify' ? (
        <>
          <SourcesEditor label={t('flow.to_whom')} sources={node.to} onChange={(to) => set('to', to)} />
          <FieldFrame label={t('flow.message')} help={t('flow.message_help')}>
            {({ id, describedBy }) => <TextInput id={id} describedBy={describedBy} value={String(node.message ?? '')} onChange={(message) => set('message', message, true)} />}
          </FieldFrame>
        </>
      ) : null}
      {['approval', 'switch', 'call', 'notify', 'wait', 'race', 'start', 'end'].includes(node.type) ? null : <p className={panel.caption}>{t('panel.as_text')}</p>}
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
type VerbOptions = { reason?: 'required'; to?: Json; then?: string } & Record<string, Json>
type Verbs = Record<string, boolean | VerbOptions>

const modes = ['any', 'all', 'sequence', 'at_least', 'ratio', 'one_of_each'] as const
const startOfMode: Record<string, Json> = { at_least: { at_least: 2 }, ratio: { ratio: '2/3' }, one_of_each: { one_of_each: 'source' } }
const same = ['decide', 'skip', 'manager', 'department_head'] as const
const repeated = ['ask', 'skip_consecutive', 'skip'] as const
const nobody = ['admin', 'manager_up', 'pass', 'reject', 'refuse'] as const
const verbs = ['reject', 'return', 'transfer', 'delegate', 'add_signer', 'take_back', 'cc', 'consult', 'urge'] as const
/** Verbs that are allowed unless they are taken away. */
const usual = new Set(['reject', 'urge'])

function Approval({ name, set }: { name: string; set: Set }) {
  const { t } = useTranslation('studio')
  const flow = useFlow()
  const { roles } = useSources()
  const fields = flow.fields.filter((one) => !one.path.includes('.'))
  const node = flow.nodes[name]
  if (!node) return null
  const allowed = (node.verbs ?? {}) as Verbs
  const rights = (node.fields ?? {}) as { write?: string[]; hide?: string[] }
  const isOn = (verb: string) => (usual.has(verb) ? allowed[verb] !== false : allowed[verb] !== undefined && allowed[verb] !== false)
  const needsReason = (verb: string) => typeof allowed[verb] === 'object' && allowed[verb].reason === 'required'
  const setVerb = (verb: string, on: boolean, reason: boolean) => {
    const old = allowed[verb]
    const { reason: _reason, ...kept } = typeof old === 'object' ? old : {}
    put(verb, on, reason ? { ...kept, reason: 'required' } : kept)
  }
  /** What is usual is left out. */
  const put = (verb: string, on: boolean, options: VerbOptions) => {
    const { [verb]: _old, ...rest } = allowed
    const left = usual.has(verb) ? on && Object.keys(options).length === 0 : !on
    const next: Verbs = left ? rest : { ...rest, [verb]: on ? options : false }
    set('verbs', Object.keys(next).length ? (next as Json) : undefined)
  }
  const setRights = (key: 'write' | 'hide', names: string[]) => {
    const { [key]: _old, ...rest } = rights
    const next = names.length ? { ...rest, [key]: names } : rest
    set('fields', Object.keys(next).length ? next : undefined)
  }
  const options = <V extends string>(values: readonly V[], group: string) => values.map((value) => ({ value, label: t(`flow.${group}.${value}`) }))
  const mode = typeof node.mode === 'object' && node.mode !== null ? (Object.keys(node.mode)[0] ?? 'any') : String(node.mode ?? 'any')
  const share = typeof node.mode === 'object' && node.mode !== null ? String(Object.values(node.mode)[0] ?? '') : ''
  const back = (typeof allowed.return === 'object' ? allowed.return : {}) as VerbOptions
  const whoElse = typeof node.nobody === 'object' && node.nobody !== null ? ('role' in node.nobody ? `role:${String((node.nobody as Record<string, Json>).role)}` : 'user') : String(node.nobody ?? 'admin')
  return (
    <>
      <SourcesEditor label={t('flow.approvers')} sources={node.approvers} onChange={(approvers) => set('approvers', approvers)} />
      <FieldFrame label={t('flow.mode_label')}>
        {({ id }) => <Select id={id} value={mode} onChange={(value) => { if (value) set('mode', value === 'any' ? undefined : (startOfMode[value] ?? value)) }} options={options(modes, 'mode')} />}
      </FieldFrame>
      {mode === 'at_least' || mode === 'ratio' ? (
        <FieldFrame label={t(`flow.share.${mode}`)}>
          {({ id }) => <TextInput id={id} value={share} onChange={(text) => set('mode', { [mode]: mode === 'at_least' && /^\d+$/.test(text) ? Number(text) : text }, true)} />}
        </FieldFrame>
      ) : null}
      {mode === 'one_of_each' ? (
        <FieldFrame label={t('flow.group_label')}>
          {({ id }) => <Select id={id} value={share} onChange={(value) => { if (value) set('mode', { one_of_each: value }) }} options={options(['source', 'department', 'line'] as const, 'groups')} />}
        </FieldFrame>
      ) : null}
      <FieldFrame label={t('flow.nobody_label')}>
        {({ id }) => (
          <Select id={id} searchable value={whoElse} onChange={(value) => { if (value) set('nobody', value.startsWith('role:') ? { role: value.slice(5) } : value) }}
            options={[{ label: t('flow.nobody_do'), options: options(nobody, 'nobody') }, { label: t('kinds.role'), options: roles.map((role) => ({ value: `role:${role.value}`, label: role.label })) }]} />
        )}
      </FieldFrame>
      <FieldFrame label={t('flow.same_label')}>
        {({ id }) => <Select id={id} value={String(node.same_as_initiator ?? 'decide')} onChange={(value) => set('same_as_initiator', value === 'decide' ? undefined : value)} options={options(same, 'same')} />}
      </FieldFrame>
      <FieldFrame label={t('flow.repeated_label')}>
        {({ id }) => <Select id={id} value={String(node.repeated ?? 'ask')} onChange={(value) => set('repeated', value === 'ask' ? undefined : value)} options={options(repeated, 'repeated')} />}
      </FieldFrame>
      <DueEditor due={node.due} onChange={(due) => set('due', due, true)} />
      <fieldset className={panel.options}>
        <legend>{t('flow.verbs_label')}</legend>
        {verbs.map((verb) => (
          <div key={verb} className={style.verb}>
            <Checkbox checked={isOn(verb)} onChange={(on) => setVerb(verb, on, needsReason(verb))}>{t(`flow.verbs.${verb}`)}</Checkbox>
            {isOn(verb) && verb !== 'urge' ? <Checkbox checked={needsReason(verb)} onChange={(reason) => setVerb(verb, true, reason)}>{t('flow.reason')}</Checkbox> : null}
          </div>
        ))}
      </fieldset>
      {isOn('return') ? (
        <>
          <FieldFrame label={t('flow.return_to')}>
            {({ id }) => <Select id={id} value={back.to === 'passed' ? 'passed' : 'initiator'} onChange={(value) => { const { to: _to, ...rest } = back; put('return', true, value === 'passed' ? { ...rest, to: 'passed' } : rest) }} options={options(['initiator', 'passed'] as const, 'return_tos')} />}
          </FieldFrame>
          <FieldFrame label={t('flow.return_then')}>
            {({ id }) => <Select id={id} value={back.then ?? 'again'} onChange={(value) => { const { then: _then, ...rest } = back; put('return', true, value && value !== 'again' ? { ...rest, then: value } : rest) }} options={options(['again', 'straight_back', 'choose'] as const, 'return_thens')} />}
          </FieldFrame>
        </>
      ) : null}
      <FieldFrame label={t('flow.write_label')} help={t('flow.write_help')}>
        {({ id, describedBy }) => <MultiSelect id={id} describedBy={describedBy} value={rights.write ?? []} onChange={(names) => setRights('write', names)} options={fields.map((field) => ({ value: field.path, label: field.label }))} />}
      </FieldFrame>
      <FieldFrame label={t('flow.hide_label')}>
        {({ id }) => <MultiSelect id={id} value={rights.hide ?? []} onChange={(names) => setRights('hide', names)} options={fields.map((field) => ({ value: field.path, label: field.label }))} />}
      </FieldFrame>
    </>
  )
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
