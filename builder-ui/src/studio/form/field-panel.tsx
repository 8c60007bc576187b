/** The properties of a field, the usual ones first; what is wrong with each stands beneath it. */
import { lazy, Suspense, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { About } from '@/api/studio'
import type { EntityDefinition, FieldDefinition, Json } from '@/model/definition'
import type { FieldType } from '@/model/app'
import { Button } from '@/ui/button'
import { Checkbox } from '@/ui/checkbox'
import { FieldFrame } from '@/ui/field-frame'
import { Icon } from '@/ui/icon'
import { MultiSelect, Select } from '@/ui/select'
import { TextInput } from '@/ui/text-input'
import { useDraftState } from '../context'
import { changeField, replaceField, type FieldRef } from '../model/form-edit'
import { isOnce, onceRule, withOnce } from '../model/once'
import { FormulaInput, useEntries } from './formula-input'
import { OptionsEditor } from './options-editor'
import { type Rollup, RollupEditor } from './rollup-editor'
import { typeGroups } from './types'
import { pathOf, type Design } from './use-design'
import style from './panel.module.css'

const Further = lazy(() => import('../schema/further'))

/** Properties that have a control of their own here; a table's fields have panels of their own. */
const shown = ['type', 'label', 'help', 'required', 'unique', 'sensitive', 'read', 'formula', 'default', 'lookup', 'rollup', 'visible', 'read_only', 'options', 'fields', 'renamed_from'] as const
/** What only some types have. */
const fitting: Record<string, (type: FieldType) => boolean> = {
  min: (type) => bounded.includes(type), max: (type) => bounded.includes(type), above: (type) => numbers.includes(type),
  scale: (type) => numbers.includes(type) && type !== 'integer', display: (type) => numbers.includes(type) && type !== 'integer',
  currency: (type) => type === 'money', pattern: (type) => ['text', 'long_text'].includes(type), unit: (type) => type === 'duration', symbology: (type) => type === 'barcode',
  series: (type) => type === 'number', schema: (type) => type === 'json', options_from: (type) => type === 'multi_choice',
  choose: (type) => type === 'reference' || type === 'references', fills: (type) => type === 'reference', to: (type) => type === 'any_reference',
}

interface FieldPanelProps {
  about: About
  design: Design
  fieldRef: FieldRef
  field: FieldDefinition
  onRemove: () => void
  onClose: () => void
}

/** Types whose values can be kept sealed, and those that others can come to. */
const sealable: FieldType[] = ['text', 'long_text', 'email', 'phone']
const rollable: FieldType[] = ['integer', 'decimal', 'money', 'percent', 'date', 'datetime', 'duration', 'rating']
const onceable: FieldType[] = ['text', 'barcode', 'integer']
const numbers: FieldType[] = ['integer', 'decimal', 'money', 'percent']
const bounded: FieldType[] = [...numbers, 'text', 'long_text', 'lines', 'attachment', 'image', 'duration', 'rating']

export function FieldPanel({ about, design, fieldRef, field, onRemove, onClose }: FieldPanelProps) {
  const { t } = useTranslation('studio')
  const definitions = useDraftState((state) => state.draft.definitions)
  const problems = useDraftState((state) => state.draft.problems)
  const [more, setMore] = useState(false)
  const path = pathOf(fieldRef)
  const own = fieldRef.field.startsWith('x_')
  const label = design.label(fieldRef)
  const change = (what: string, next: Partial<FieldDefinition>, group: string | null = null) =>
    design.act(what, { entity: changeField(design.entity, fieldRef, next) as EntityDefinition }, group && `${about.file} ${path}.${group}`)
  const set = (key: string, value: Json | undefined, group = false) => change(t('act.change', { what: label }), { [key]: value === '' || value === false ? undefined : value } as Partial<FieldDefinition>, group ? key : null)
  const wrong = (key?: string) => problems.find((one) => one.severity === 'error' && one.file === about.file && (key ? one.path === `${path}.${key}` || one.path.startsWith(`${path}.${key}.`) : one.path === path))?.message ?? null
  const entities = definitions.filter((one) => one.kind === 'entity').map((one) => ({ value: one.name, label: one.label ?? one.name }))
  const roles = definitions.filter((one) => one.kind === 'role').map((one) => ({ value: one.name, label: one.label ?? one.name }))
  const entries = useEntries(design, fieldRef)
  const formula = (key: string) => (
    <FieldFrame label={t(`field.${key}`)} help={t(`field.${key}_help`, { defaultValue: '' })} error={wrong(key)}>
      {({ id, describedBy }) => <FormulaInput id={id} describedBy={describedBy} value={plain(field[key])} entries={entries} onChange={(value) => set(key, value, true)} />}
    </FieldFrame>
  )
  /** A value that stands once in all records' lines, as an invoice that is claimed once. */
  const once = (on: boolean) => {
    const message = t('field.once_message', { label, value: `{${fieldRef.field}}` })
    const rule = onceRule(fieldRef)
    design.act(t('act.change', { what: label }), { entity: withOnce(design.entity, fieldRef, on, message) }, null, on ? design.texts.write(`rules.${rule}.message`, message) : {})
  }
  const computed = field.formula !== undefined || field.compute !== undefined || field.lookup !== undefined || field.rollup !== undefined
  return (
    <div className={style.panel}>
      <header className={style.head}>
        <h2>{t('panel.field')}</h2>
        <Button kind="quiet" size="small" icon="close" label={t('panel.close')} onClick={onClose} />
      </header>
      {wrong() ? <p className={style.error} role="alert"><Icon name="error" size={14} />{wrong()}</p> : null}
      <FieldFrame label={t('field.label')} required>
        {({ id }) => <TextInput id={id} value={label} onChange={(value) => design.rename(t('act.rename'), fieldRef, 'label', value)} autoFocus={own} />}
      </FieldFrame>
      <FieldFrame label={t('field.type')} error={wrong('type')}>
        {({ id }) => (
          <Select<FieldType> id={id} searchable value={field.type} onChange={(type) => { if (type && type !== field.type) change(t('act.change', { what: label }), { type }) }}
            options={typeGroups.map((group) => ({ label: t(`palette.${group.key}`), options: group.types.map(({ type }) => ({ value: type, label: t(`types.${type}`) })) }))} />
        )}
      </FieldFrame>
      {field.type === 'reference' || field.type === 'references' ? (
        <FieldFrame label={t('field.to')} error={wrong('to')}>
          {({ id }) => <Select id={id} searchable value={field.to ?? null} onChange={(to) => { if (to) set('to', to) }} options={entities} />}
        </FieldFrame>
      ) : null}
      {field.options ? <OptionsEditor options={field.options} say={(key, base) => design.say(`${path}.options.${key}.label`, base)} onChange={(options, said) => design.act(t('act.options'), options === field.options ? {} : { entity: changeField(design.entity, fieldRef, { options }) as EntityDefinition }, said?.typed ? `${about.file} ${path}.options.${said.key}` : null, said ? design.texts.write(`${path}.options.${said.key}.label`, said.text) : {})}
        follows={(key, base) => design.texts.follows(`${path}.options.${key}.label`, base)} /> : null}
      {computed ? null : (
        <div className={style.checks}>
          <Checkbox checked={field.required === true} onChange={(on) => set('required', on)}>{t('field.required')}</Checkbox>
          {sealable.includes(field.type) ? <Checkbox checked={field.sensitive === true} onChange={(on) => set('sensitive', on)}>{t('field.sensitive')}</Checkbox> : null}
          {fieldRef.lines && onceable.includes(field.type) ? <Checkbox checked={isOnce(design.entity, fieldRef)} onChange={once}>{t('field.once')}</Checkbox> : null}
          {fieldRef.lines || field.type === 'lines' ? null : <Checkbox checked={field.unique === true} onChange={(on) => set('unique', on)}>{t('field.unique')}</Checkbox>}
        </div>
      )}
      <FieldFrame label={t('field.help')} help={t('field.help_help')}>
        {({ id, describedBy }) => <TextInput id={id} describedBy={describedBy} value={design.say(`${path}.help`, field.help)} onChange={(value) => design.rename(t('act.change', { what: label }), fieldRef, 'help', value)} />}
      </FieldFrame>
      <FieldFrame label={t('field.read')} help={t(field.read ? 'field.read_some' : 'field.read_all')} error={wrong('read')}>
        {({ id, describedBy }) => <MultiSelect id={id} describedBy={describedBy} value={field.read ?? []} onChange={(read) => set('read', read.length ? read : undefined)} options={roles} placeholder={t('field.read_everybody')} />}
      </FieldFrame>
      {field.type === 'lines' || field.lookup || field.rollup || field.compute ? null : formula('formula')}
      <Button size="small" kind="quiet" icon={more ? 'down' : 'right'} expanded={more} onClick={() => setMore(!more)}>{t('panel.more')}</Button>
      {more ? (
        <>
          {computed ? null : formula('default')}
          {(!computed || field.lookup) && field.type !== 'lines' ? formula('lookup') : null}
          {(!computed || field.rollup) && !fieldRef.lines && rollable.includes(field.type) ? (
            <RollupEditor rollup={field.rollup as Rollup | undefined} definitions={definitions.filter((one) => one.kind === 'entity')} wrong={(key) => wrong(key ? `rollup.${key}` : 'rollup')} onChange={(rollup) => set('rollup', rollup as Json | undefined)} />
          ) : null}
          {computed || field.required === true ? null : (
            <FieldFrame label={t('field.required_when')} help={t('field.required_when_help')} error={wrong('required')}>
              {({ id, describedBy }) => <FormulaInput id={id} describedBy={describedBy} value={plain(field.required || undefined)} entries={entries} onChange={(value) => set('required', value, true)} />}
            </FieldFrame>
          )}
          {formula('visible')}
          {formula('read_only')}
          <Suspense fallback={null}>
            <Further about={about} kind="entity" texts={design.texts} of="FieldDefinition" value={field as unknown as Record<string, Json>} path={path} without={[...shown, ...Object.keys(fitting).filter((key) => field[key] === undefined && !fitting[key]?.(field.type)), ...(field.type === 'lines' ? ['personal', 'compute'] : [])]}
              onChange={(next, how) => design.act(t('act.change', { what: label }), { entity: replaceField(design.entity, fieldRef, next as unknown as FieldDefinition) }, how.typed ? `${about.file} ${how.typed}` : null, how.beside)} />
          </Suspense>
          <FieldFrame label={t('field.name')} help={t('field.name_help')}>
            {({ id, describedBy }) => <TextInput id={id} describedBy={describedBy} value={fieldRef.field} onChange={() => {}} disabled className={style.mono ?? ''} />}
          </FieldFrame>
        </>
      ) : null}
      <div className={style.foot}><Button kind="danger" size="small" icon="delete" onClick={onRemove}>{t('field.remove')}</Button></div>
    </div>
  )
}

/** What is written in a box: an expression as it is, anything else as JSON. */
const plain = (value: unknown): string => (value === undefined || value === null ? '' : typeof value === 'string' ? value : JSON.stringify(value))
