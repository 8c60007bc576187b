import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { get } from '@/api/client'
import type { FieldType } from '@/model/app'
import { Button } from '@/ui/button'
import { Icon } from '@/ui/icon'
import { TextInput } from '@/ui/text-input'
import { draggableType, draggableField, useDraggable } from './drag'
import { unplaced } from '../model/form-edit'
import { typeGroups, typeIcon } from './types'
import type { Design } from './use-design'
import style from './palette.module.css'

interface PaletteProps {
  design: Design
  /** The line table that takes new fields, while one of its columns is chosen. */
  lines: string | null
  onAdd: (type: FieldType) => void
  /** Puts a field that the form does not show onto it. */
  onPut: (field: string) => void
  onSection: () => void
  onTabs: () => void
}

interface EntitySchema {
  $defs?: { FieldKind?: { oneOf?: { const: string }[]; enum?: string[] } }
}

/** The types that this server knows. */
function useKnownTypes(): Set<string> | null {
  const schema = useQuery({ queryKey: ['schemas', 'entity'], queryFn: () => get<EntitySchema>('/schemas/entity.json'), staleTime: Infinity })
  const kinds = schema.data?.$defs?.FieldKind
  return kinds ? new Set([...(kinds.oneOf ?? []).map((one) => one.const), ...(kinds.enum ?? [])]) : null
}

/** Types of fields to drag onto the form, or to add by a click after what is chosen; and fields that the form does not show. */
export function Palette({ design, lines, onAdd, onPut, onSection, onTabs }: PaletteProps) {
  const { t } = useTranslation('studio')
  const known = useKnownTypes()
  const [search, setSearch] = useState('')
  const [open, setOpen] = useState(false)
  const needle = search.trim().toLowerCase()
  const fits = (type: FieldType) => (known?.has(type) ?? true) && (t(`types.${type}`).toLowerCase().includes(needle) || type.includes(needle)) && !(lines && type === 'lines')
  const groups = typeGroups.map((group) => ({ ...group, types: group.types.filter(({ type }) => fits(type)) })).filter((group) => group.types.length)
  const hidden = unplaced(design).filter((name) => design.label({ field: name }).toLowerCase().includes(needle))
  return (
    <div className={style.palette} role="group" aria-label={t('palette.label')} data-pane data-open={open || undefined}>
      <span className={style.toggle}><Button icon="add" expanded={open} onClick={() => setOpen(!open)}>{t('palette.toggle')}</Button></span>
      <TextInput type="search" size="small" value={search} onChange={setSearch} placeholder={t('palette.search')} label={t('palette.search')} clear={t('common:action.clear')} prefix={<Icon name="search" size={14} />} />
      {lines ? <p className={style.into}>{t('palette.into', { table: design.label({ field: lines }) })}</p> : null}
      {groups.map((group) => (
        <section key={group.key}>
          <h3 className={style.heading}>{t(`palette.${group.key}`)}</h3>
          <ul>{group.types.map(({ type }) => <li key={type}><TypeItem type={type} onAdd={(chosen) => { setOpen(false); onAdd(chosen) }} /></li>)}</ul>
        </section>
      ))}
      {needle ? null : (
        <section>
          <h3 className={style.heading}>{t('palette.layout')}</h3>
          <button type="button" className={style.item} onClick={onSection}><Icon name="columns" size={15} />{t('form.new_section')}</button>
          <button type="button" className={style.item} onClick={onTabs}><Icon name="panel_right" size={15} />{t('form.tabs')}</button>
        </section>
      )}
      {hidden.length ? (
        <section>
          <h3 className={style.heading}>{t('palette.hidden')}</h3>
          <ul>{hidden.map((name) => <li key={name}><HiddenItem name={name} design={design} onPut={onPut} /></li>)}</ul>
        </section>
      ) : null}
    </div>
  )
}

function TypeItem({ type, onAdd }: { type: FieldType; onAdd: (type: FieldType) => void }) {
  const { t } = useTranslation('studio')
  const { hold, dragging } = useDraggable<HTMLButtonElement>(() => draggableType(type))
  return (
    <button ref={hold} type="button" className={style.item} data-dragging={dragging || undefined} onClick={() => onAdd(type)} title={t('palette.add', { type: t(`types.${type}`) })}>
      <Icon name={typeIcon(type)} size={15} />{t(`types.${type}`)}
    </button>
  )
}

function HiddenItem({ name, design, onPut }: { name: string; design: Design; onPut: (field: string) => void }) {
  const { t } = useTranslation('studio')
  const { hold, dragging } = useDraggable<HTMLButtonElement>(() => draggableField(name))
  const label = design.label({ field: name })
  return (
    <button ref={hold} type="button" className={style.item} data-dragging={dragging || undefined} onClick={() => onPut(name)} title={t('palette.put', { name: label })}>
      <Icon name={typeIcon(design.entity.fields[name]?.type ?? 'text')} size={15} /><span>{label}</span>
    </button>
  )
}
