/** A role: what its people see and do, a row for each thing, in plain words. What is not said is not allowed. */
import { useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import type { About } from '@/api/studio'
import type { Definition, EntityDefinition, Json } from '@/model/definition'
import { Checkbox } from '@/ui/checkbox'
import { Icon } from '@/ui/icon'
import { MultiSelect, Select } from '@/ui/select'
import { useDefinition, useDraftState, useOpenDraft } from '../context'
import { humanised } from '../form/use-design'
import { without } from '../model/keyed'
import style from './role-editor.module.css'

type Rights = Partial<Record<'read' | 'update' | 'delete', Json>> & { create?: boolean; export?: boolean; import?: boolean; transitions?: string[]; hide?: string[] } & Record<string, Json | undefined>

const scopes = ['none', 'own', 'department', 'subtree', 'all'] as const
const rows = ['read', 'update', 'delete'] as const
const flags = ['create', 'export', 'import'] as const

export default function RoleEditor({ about }: { about: About }) {
  const { t } = useTranslation('studio')
  const open = useOpenDraft()
  const definitions = useDraftState((state) => state.draft.definitions)
  const problems = useDraftState((state) => state.draft.problems).filter((one) => one.file === about.file)
  const definition = useDefinition(about.file)
  const entities = definitions.filter((one) => one.kind === 'entity')
  if (!definition) return null
  const can = (definition.can ?? {}) as Record<string, Rights>
  const set = (entity: string, what: string, rights: Rights) => {
    const said = Object.fromEntries(Object.entries(rights).filter(([, value]) => value !== undefined && value !== false && !(Array.isArray(value) && value.length === 0)))
    const next = Object.keys(said).length ? { ...can, [entity]: said as Json } : without(can, entity)
    open.act(what, { [about.file]: { ...definition, can: next as Json } as Definition })
  }
  return (
    <div className={style.frame}>
      <p className={style.help}>{t('role.help')}</p>
      {problems.map((one) => <p key={`${one.code} ${one.path} ${one.message}`} className={style.problem}><Icon name={one.severity === 'error' ? 'error' : 'warning'} size={14} />{one.path}: {one.message}</p>)}
      <div className={style.flag}>
        <Checkbox checked={definition.build === true} onChange={(on) => open.act(t('role.build'), { [about.file]: (on ? { ...definition, build: true } : without(definition as Record<string, Json>, 'build')) as Definition })}>{t('role.build')}</Checkbox>
      </div>
      <div className={style.scroll}>
        <table className={style.table}>
          <thead>
            <tr>
              <th scope="col">{t('role.thing')}</th>
              {rows.map((right) => <th key={right} scope="col">{t(`role.${right}`)}</th>)}
              {flags.map((right) => <th key={right} scope="col" className={style.narrow}>{t(`role.${right}`)}</th>)}
              <th scope="col">{t('role.transitions')}</th>
              <th scope="col">{t('role.hide')}</th>
            </tr>
          </thead>
          <tbody>
            {entities.map((entity) => (
              <Row key={entity.file} entity={entity} rights={can[entity.name] ?? {}} onChange={(rights) => set(entity.name, t('act.change', { what: entity.label ?? entity.name }), rights)} />
            ))}
          </tbody>
        </table>
      </div>
    </div>
  )
}

function Row({ entity, rights, onChange }: { entity: About; rights: Rights; onChange: (rights: Rights) => void }) {
  const { t } = useTranslation('studio')
  const open = useOpenDraft()
  const definition = useDefinition<EntityDefinition & { lifecycle?: { transitions?: Record<string, { label?: string }> } }>(entity.file)
  useEffect(() => void open.load(entity.file), [open, entity.file])
  const label = entity.label ?? entity.name
  const transitions = Object.entries(definition?.lifecycle?.transitions ?? {}).map(([value, one]) => ({ value, label: one.label ?? humanised(value) }))
  const fields = Object.entries(definition?.fields ?? {}).flatMap(([name, field]) => [
    { value: name, label: field.label ?? humanised(name) },
    ...Object.entries(field.fields ?? {}).map(([inner, one]) => ({ value: `${name}.${inner}`, label: `${field.label ?? humanised(name)} › ${one.label ?? humanised(inner)}` })),
  ])
  return (
    <tr>
      <th scope="row">{label}</th>
      {rows.map((right) => {
        const value = rights[right]
        const own = typeof value === 'object' && value !== null
        return (
          <td key={right}>
            <Select size="small" label={`${label}: ${t(`role.${right}`)}`} value={own ? 'filter' : String(value ?? 'none')} onChange={(scope) => { if (scope && scope !== 'filter') onChange({ ...rights, [right]: scope === 'none' ? undefined : scope }) }}
              options={[...scopes.map((scope) => ({ value: scope as string, label: t(`role.scopes.${scope}`) })), ...(own ? [{ value: 'filter', label: t('role.scopes.filter') }] : [])]} />
          </td>
        )
      })}
      {flags.map((right) => <td key={right} className={style.narrow}><Checkbox label={`${label}: ${t(`role.${right}`)}`} checked={rights[right] === true} onChange={(on) => onChange({ ...rights, [right]: on })} /></td>)}
      <td>{transitions.length ? <MultiSelect size="small" label={`${label}: ${t('role.transitions')}`} value={rights.transitions ?? []} onChange={(names) => onChange({ ...rights, transitions: names })} options={transitions} /> : null}</td>
      <td>{rights.read ? <MultiSelect size="small" label={`${label}: ${t('role.hide')}`} value={rights.hide ?? []} onChange={(names) => onChange({ ...rights, hide: names })} options={fields} /> : null}</td>
    </tr>
  )
}
