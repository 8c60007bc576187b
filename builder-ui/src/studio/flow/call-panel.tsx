/** A sub-flow: which workflow, once or for each of a list, at the same time or one after the other, and when that is done. */
import { useTranslation } from 'react-i18next'
import type { EntityDefinition, Json } from '@/model/definition'
import { Checkbox } from '@/ui/checkbox'
import { FieldFrame } from '@/ui/field-frame'
import { Select } from '@/ui/select'
import { TextInput } from '@/ui/text-input'
import { useDraftState } from '../context'
import panel from '../form/panel.module.css'
import { humanised } from '../form/use-design'
import { useFlow } from './context'
import { SourcesEditor } from './sources-editor'

const untils = ['all', 'first', 'at_least', 'when'] as const
const startOfUntil: Record<string, Json> = { first: 'first', at_least: { at_least: 1 }, when: { when: 'children.ended == children.total' } }

/** The workflows of the same entity that can be called from here. */
export function useCallable(): { value: string; label: string }[] {
  const flow = useFlow()
  const definitions = useDraftState((state) => state.draft.definitions)
  const entity = String(flow.definition.entity ?? flow.about.entity ?? '')
  return definitions
    .filter((one) => one.kind === 'workflow' && one.entity === entity && one.name !== flow.about.name)
    .map((one) => ({ value: one.name, label: one.label ?? humanised(one.name) }))
}

/** The line tables of the entity, by their names as they are written. */
function useTables(): { value: string; label: string }[] {
  const flow = useFlow()
  const entity = String(flow.definition.entity ?? flow.about.entity ?? '')
  const definitions = useDraftState((state) => state.draft.definitions)
  const files = useDraftState((state) => state.files)
  const file = definitions.find((one) => one.kind === 'entity' && one.name === entity)?.file
  const fields = (file ? (files[file] as unknown as EntityDefinition | null | undefined)?.fields : undefined) ?? {}
  return Object.entries(fields).filter(([, field]) => field.type === 'lines').map(([name, field]) => ({ value: name, label: field.label ?? humanised(name) }))
}

export function CallPanel({ name, set }: { name: string; set: (key: string, value: Json | undefined, typed?: boolean) => void }) {
  const { t } = useTranslation('studio')
  const flow = useFlow()
  const callable = useCallable()
  const tables = useTables()
  const node = flow.nodes[name]
  if (!node) return null
  const over = (typeof node.over === 'object' && node.over !== null ? node.over : {}) as Record<string, Json>
  const [list = 'once'] = Object.keys(over)
  const each = list === 'lines' ? `lines:${String(over.lines)}` : list
  const until = typeof node.until === 'object' && node.until !== null ? (Object.keys(node.until)[0] ?? 'all') : String(node.until ?? 'all')
  const given = typeof node.until === 'object' && node.until !== null ? Object.values(node.until)[0] : undefined
  const waits = node.wait !== false
  const known = callable.some((one) => one.value === node.workflow) || !node.workflow ? callable : [...callable, { value: String(node.workflow), label: String(node.workflow) }]
  const setEach = (value: string | null) => {
    if (value === 'once') set('over', undefined)
    else if (value === 'people') set('over', { people: [{ role: 'administrator' }] })
    else if (value === 'departments') set('over', { departments: 'initiator.department' })
    else if (value) set('over', { lines: value.slice('lines:'.length) })
  }
  return (
    <>
      <FieldFrame label={t('flow.call.workflow')} help={callable.length ? undefined : t('flow.call.none')}>
        {({ id, describedBy }) => <Select id={id} describedBy={describedBy} searchable value={String(node.workflow ?? '')} onChange={(workflow) => { if (workflow) set('workflow', workflow) }} options={known} />}
      </FieldFrame>
      <FieldFrame label={t('flow.call.each')}>
        {({ id }) => (
          <Select id={id} value={each} onChange={setEach} options={[
            { value: 'once', label: t('flow.call.once') },
            ...tables.map((table) => ({ value: `lines:${table.value}`, label: t('flow.call.lines', { table: table.label }) })),
            { value: 'people', label: t('flow.call.people') },
            { value: 'departments', label: t('flow.call.departments') },
          ]} />
        )}
      </FieldFrame>
      {list === 'people' ? <SourcesEditor label={t('flow.call.whom')} sources={over.people} onChange={(people) => set('over', { people })} /> : null}
      {list === 'departments' ? (
        <FieldFrame label={t('flow.call.which_departments')} help={t('flow.call.departments_help')}>
          {({ id, describedBy }) => <TextInput id={id} describedBy={describedBy} value={String(over.departments ?? '')} onChange={(departments) => set('over', { departments }, true)} />}
        </FieldFrame>
      ) : null}
      <Checkbox checked={waits} onChange={(on) => set('wait', on ? undefined : false)}>{t('flow.call.wait')}</Checkbox>
      {waits && list !== 'once' ? (
        <>
          <FieldFrame label={t('flow.call.order')}>
            {({ id }) => <Select id={id} value={String(node.order ?? 'parallel')} onChange={(value) => set('order', value === 'sequence' ? value : undefined)} options={(['parallel', 'sequence'] as const).map((value) => ({ value, label: t(`flow.call.orders.${value}`) }))} />}
          </FieldFrame>
          <FieldFrame label={t('flow.call.until')}>
            {({ id }) => <Select id={id} value={until} onChange={(value) => { if (value) set('until', startOfUntil[value]) }} options={untils.map((value) => ({ value, label: t(`flow.call.untils.${value}`) }))} />}
          </FieldFrame>
          {until === 'at_least' ? (
            <FieldFrame label={t('flow.share.at_least')}>
              {({ id }) => <TextInput id={id} value={String(given ?? '')} onChange={(text) => set('until', { at_least: /^\d+$/.test(text) ? Number(text) : text }, true)} />}
            </FieldFrame>
          ) : null}
          {until === 'when' ? (
            <FieldFrame label={t('flow.condition')} help={t('flow.call.when_help')}>
              {({ id, describedBy }) => <TextInput id={id} describedBy={describedBy} value={typeof given === 'string' ? given : JSON.stringify(given)} disabled={typeof given !== 'string'} onChange={(when) => set('until', { when }, true)} />}
            </FieldFrame>
          ) : null}
          <Checkbox checked={node.more === true} onChange={(on) => set('more', on || undefined)}>{t('flow.call.more')}</Checkbox>
        </>
      ) : null}
      <p className={panel.caption}>{t('flow.call.variables')}</p>
    </>
  )
}
