/** Who decides or is told: any number of sources, taken together. */
import { lazy, Suspense } from 'react'
import { useTranslation } from 'react-i18next'
import type { Json } from '@/model/definition'
import { Button } from '@/ui/button'
import { Select } from '@/ui/select'
import { TextInput } from '@/ui/text-input'
import panel from '../form/panel.module.css'
import { useFlow } from './context'
import { kindOf, sourceKinds, startOf, useSources, type SourceKind } from './sources'
import style from './sources-editor.module.css'

const Further = lazy(() => import('../schema/further'))

export function SourcesEditor({ label, sources, onChange }: { label: string; sources: Json | undefined; onChange: (sources: Json) => void }) {
  const { t } = useTranslation('studio')
  const { roles } = useSources()
  const list = Array.isArray(sources) ? sources : []
  const put = (at: number, source: Json | null) => onChange(list.flatMap((old, n) => (n === at ? (source === null ? [] : [source]) : [old])))
  return (
    <fieldset className={panel.options}>
      <legend>{label}</legend>
      {list.map((source, at) => {
        const kind = kindOf(source)
        return (
          // Sources have no names; their order is what they are told apart by.
          // oxlint-disable-next-line react/no-array-index-key
          <div key={at} className={style.source}>
            <div className={style.line}>
              <Select<SourceKind> label={label} value={kind} placeholder={JSON.stringify(source)} onChange={(next) => { if (next) put(at, startOf(next, roles[0]?.value ?? '')) }} options={sourceKinds.map((one) => ({ value: one, label: t(`flow.sources.${one}`) }))} />
              <Button kind="quiet" size="small" icon="close" label={t('act.remove')} disabled={list.length === 1} onClick={() => put(at, null)} />
            </div>
            <Detail kind={kind} source={source} onChange={(next) => put(at, next)} />
          </div>
        )
      })}
      <Button size="small" kind="quiet" icon="add" onClick={() => onChange([...list, startOf('role', roles[0]?.value ?? '')])}>{t('flow.add_source')}</Button>
    </fieldset>
  )
}

function Detail({ kind, source, onChange }: { kind: SourceKind | null; source: Json; onChange: (source: Json) => void }) {
  const { t } = useTranslation('studio')
  const flow = useFlow()
  const { roles } = useSources()
  const fields = flow.fields.filter((one) => !one.path.includes('.'))
  const given = source as Record<string, Json>
  if (kind === 'role' || kind === 'role_here') {
    return (
      <>
        <Select searchable label={t('kind.role')} value={String(given.role)} onChange={(role) => { if (role) onChange({ ...given, role }) }} options={roles} />
        {kind === 'role_here' ? <Whose label={t('flow.which_department')} type="department" value={typeof given.in === 'object' && given.in !== null ? String((given.in as Record<string, Json>).department) : 'initiator'} onChange={(of) => onChange({ ...given, in: of === 'initiator' ? 'initiator_department' : { department: of } })} /> : null}
      </>
    )
  }
  if (kind === 'manager') {
    const manager = given.manager as Record<string, Json>
    const level = String(manager.level ?? 1)
    return (
      <>
        <Whose label={t('flow.whose_manager')} type="user" value={String(manager.of)} onChange={(of) => onChange({ manager: { ...manager, of } })} />
        <Select label={t('flow.level')} value={level} onChange={(next) => onChange({ manager: { ...manager, level: Number(next ?? 1) } })} options={['1', '2', '3'].map((value) => ({ value, label: t('flow.sources.manager_named', { count: Number(value) }) }))} />
      </>
    )
  }
  if (kind === 'department_head') {
    const head = given.department_head as Record<string, Json>
    return (
      <>
        <Whose label={t('flow.which_department')} type="department" value={String(head.of)} onChange={(of) => onChange({ department_head: { ...head, of } })} />
        <Select label={t('flow.up')} value={String(head.up ?? 0)} onChange={(up) => { const { up: _up, ...rest } = head; onChange({ department_head: up && up !== '0' ? { ...rest, up: Number(up) } : rest }) }} options={['0', '1', '2'].map((value) => ({ value, label: t(`flow.ups.${value}`) }))} />
      </>
    )
  }
  if (kind === 'field') {
    const people = fields.filter((field) => field.type === 'user').map((field) => ({ value: field.path, label: field.label }))
    const known = people.some((one) => one.value === given.field) ? people : [...people, { value: String(given.field), label: String(given.field) }]
    return <Select label={t('flow.sources.field')} value={String(given.field)} onChange={(field) => { if (field) onChange({ field }) }} options={known} />
  }
  if (kind === 'manager_chain' || kind === 'position' || kind === 'lines' || kind === 'initiator_picks' || kind === 'previous_picks' || kind === 'expr' || kind === null) return <SourceDetail source={source} onChange={onChange} />
  if (kind === 'user') return <TextInput type="email" label={t('types.email')} placeholder={t('types.email')} value={String(given.user ?? '')} onChange={(user) => onChange({ user })} />
  return null
}

/** Whose: of whoever submitted it, or of a person or department that the record names. */
function Whose({ label, type, value, onChange }: { label: string; type: 'user' | 'department'; value: string; onChange: (of: string) => void }) {
  const { t } = useTranslation('studio')
  const named = useFlow().fields.filter((field) => field.type === type && !field.path.includes('.')).map((field) => ({ value: field.path, label: field.label }))
  const own = { value: 'initiator', label: t(type === 'user' ? 'flow.sources.initiator' : 'flow.initiator_department') }
  const options = [own, ...named]
  return <Select label={label} value={value} onChange={(of) => { if (of) onChange(of) }} options={options.some((one) => one.value === value) ? options : [...options, { value, label: value }]} />
}

/** Sources that need more than one answer. */
function SourceDetail({ source, onChange }: { source: Json; onChange: (source: Json) => void }) {
  const flow = useFlow()
  return (
    <Suspense fallback={null}>
      <Further about={flow.about} kind="workflow" texts={flow.texts} of="ApproverSource" value={source as Record<string, Json>} path="" without={[]} onChange={(next) => onChange(next ?? source)} />
    </Suspense>
  )
}
