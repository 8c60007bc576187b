/** A form as it will be, to be put together: what there is to put at the left, the form, and the properties of what is chosen. */
import { useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useSearchParams } from 'react-router'
import { readUses, type About, type Use } from '@/api/studio'
import type { FieldDefinition } from '@/model/definition'
import type { FieldType } from '@/model/app'
import { isTyping } from '@/ui/typing'
import { SkeletonRows } from '@/ui/skeleton'
import { useDraftState } from '../context'
import { addColumn, addField, addLines, addSection, addTabs, fieldOf, hideField, moveField, places, placeOf, removeField, shiftField, type FieldRef, type Place } from '../model/form-edit'
import { proposeName } from '../model/name'
import { Canvas } from './canvas'
import { FieldPanel } from './field-panel'
import { Palette } from './palette'
import { PartPanel } from './part-panel'
import { spell } from './spell'
import { typeStart } from './types'
import UsesDialog, { type Used } from './uses-dialog'
import { useDesign, type Design } from './use-design'
import style from './form-designer.module.css'

export type Selected = { kind: 'field'; ref: FieldRef } | { kind: 'part'; part: string; tab?: string } | null

export default function FormDesigner({ about }: { about: About }) {
  const design = useDesign(about)
  return design ? <Designer about={about} design={design} /> : <div className={style.waiting}><SkeletonRows rows={6} height={52} /></div>
}

/** Where a problem's path leads: the field it is about. */
function fieldAt(path: string): FieldRef | null {
  const [, outer, inner] = /^fields\.([a-z0-9_]+)(?:\.fields\.([a-z0-9_]+))?/.exec(path) ?? []
  if (!outer) return null
  return inner ? { lines: outer, field: inner } : { field: outer }
}

const selectedAt = (path: string | null): Selected => {
  const ref = path ? fieldAt(path) : null
  return ref ? { kind: 'field', ref } : null
}

function Designer({ about, design }: { about: About; design: Design }) {
  const { t } = useTranslation('studio')
  const [search, setSearch] = useSearchParams()
  const canvas = useRef<HTMLDivElement>(null)
  const at = search.get('at')
  const [selected, select] = useState<Selected>(() => selectedAt(at))
  const [seen, setSeen] = useState(at)
  // A problem leads to its field.
  if (at !== seen) {
    setSeen(at)
    if (at) select(selectedAt(at))
  }
  useEffect(() => {
    if (at) setSearch((before) => { before.delete('at'); return before }, { replace: true })
  }, [at, setSearch])
  const taken = Object.keys(design.entity.fields)

  /** A new field of a type, where it was dropped or at the end; it is chosen, so that it can be named at once. */
  const add = async (type: FieldType, to?: Place, after?: string | null, lines?: string) => {
    const label = t(`types.${type}`)
    const start: FieldDefinition = { type, label, ...typeStart(type) }
    if (start.options) start.options = { x_one: t('field.option_n', { n: 1 }), x_two: t('field.option_n', { n: 2 }) }
    if (type === 'reference' || type === 'references') start.to = about.name
    if (type === 'lines') start.fields = { x_text: { type: 'text', label: t('types.text') } }
    const inside = lines ? Object.keys(design.entity.fields[lines]?.fields ?? {}) : taken
    const name = proposeName(label, inside, await spell(label))
    if (lines) {
      design.rename(t('act.add', { what: label }), { lines, field: name }, 'label', label, addColumn(design, lines, name, start, after ?? null))
      return select({ kind: 'field', ref: { lines, field: name } })
    }
    const home = to ?? lastPlace()
    const made = type === 'lines' || !home ? addLines(design, name, start) : addField(design, name, start, home, after === undefined ? (lastField(home) ?? null) : after)
    design.rename(t('act.add', { what: label }), { field: name }, 'label', label, made)
    select({ kind: 'field', ref: { field: name } })
  }
  const lastPlace = (): Place | undefined => (selected?.kind === 'field' && !selected.ref.lines ? placeOf(design.form, selected.ref.field) : null) ?? (selected?.kind === 'part' ? places(design.form).find((place) => place.part === selected.part && place.tab === selected.tab) : undefined) ?? places(design.form)[0]
  const lastField = (home: Place) => {
    if (selected?.kind === 'field' && placeOf(design.form, selected.ref.field)?.part === home.part) return selected.ref.field
    const part = design.form.layout[home.part]
    const fields = part && 'section' in part ? part.fields : part && 'tabs' in part ? part.tabs[home.tab ?? '']?.fields : undefined
    return Object.keys(fields ?? {}).at(-1)
  }
  /** A field that the form does not show comes after what is chosen, else at the end. */
  const show = (field: string) => {
    const home = lastPlace()
    if (!home) return
    design.act(t('act.move', { what: design.label({ field }) }), { form: moveField(design.form, field, home, lastField(home) ?? null) })
    select({ kind: 'field', ref: { field } })
  }
  const tabs = () => {
    const key = proposeName('tabs', Object.keys(design.form.layout))
    design.act(t('act.add', { what: t('form.tabs') }), { form: addTabs(design.form, key, [t('form.tab_n', { n: 1 }), t('form.tab_n', { n: 2 })]) })
    select({ kind: 'part', part: key, tab: 'x_tab' })
  }
  const section = async () => {
    const label = t('form.new_section')
    const key = proposeName(label, Object.keys(design.form.layout), await spell(label))
    const after = selected?.kind === 'part' ? selected.part : selected?.kind === 'field' ? (placeOf(design.form, selected.ref.field)?.part ?? null) : null
    design.act(t('act.add', { what: label }), { form: addSection(design.form, key, label, after) })
    select({ kind: 'part', part: key })
  }
  const draft = useDraftState((state) => state.draft.id)
  const [used, setUsed] = useState<Used | null>(null)
  /** Takes a field away, unless something beside its own form needs it. */
  const remove = async (ref: FieldRef) => {
    const path = [about.name, ref.lines, ref.field].filter(Boolean).join('.')
    // What the server does not know yet is used nowhere.
    const found = await readUses(draft, path).catch((): Use[] => [])
    const uses = found.filter((use) => !(use.kind === 'form' && use.name === about.name))
    if (uses.length > 0) return setUsed({ label: design.label(ref), uses })
    design.act(t('act.remove_what', { what: design.label(ref) }), removeField(design, ref))
    select(null)
  }

  /** Keys on the form: arrows with Alt move what is chosen, Delete takes it off. */
  const keys = (event: KeyboardEvent) => {
    if (!canvas.current?.contains(document.activeElement)) return
    if (selected?.kind !== 'field' || selected.ref.lines || isTyping(event.target)) return
    const { field } = selected.ref
    const by = { ArrowUp: -1, ArrowLeft: -1, ArrowDown: 1, ArrowRight: 1 }[event.key]
    if (event.altKey && by) {
      event.preventDefault()
      design.act(t('act.move', { what: design.label(selected.ref) }), { form: shiftField(design.form, field, by as -1 | 1) }, `move ${field}`)
    } else if (event.key === 'Delete') {
      event.preventDefault()
      design.act(t('act.hide_what', { what: design.label(selected.ref) }), { form: hideField(design.form, field) })
    }
  }
  const latest = useRef(keys)
  useEffect(() => {
    latest.current = keys
  })
  useEffect(() => {
    const listen = (event: KeyboardEvent) => latest.current(event)
    document.addEventListener('keydown', listen)
    return () => document.removeEventListener('keydown', listen)
  }, [])
  // What was chosen or has just come is seen, also at the far end of a wide table.
  useEffect(() => void canvas.current?.querySelector('[data-active]')?.scrollIntoView({ block: 'nearest', inline: 'nearest' }), [selected])
  const chosen = selected?.kind === 'field' ? fieldOf(design.entity, selected.ref) : null
  return (
    <div className={style.designer}>
      <Palette design={design} onAdd={(type) => void add(type, undefined, undefined, selected?.kind === 'field' ? selected.ref.lines : undefined)} onPut={show} onSection={() => void section()} onTabs={tabs} lines={selected?.kind === 'field' ? (selected.ref.lines ?? null) : null} />
      <div ref={canvas} className={style.canvas} role="group" aria-label={t('form.label')} data-pane>
        <Canvas design={design} selected={selected} onSelect={select} onAdd={(type, to, after, lines) => void add(type, to, after, lines)} onRemove={(ref) => void remove(ref)} />
      </div>
      <aside className={style.panel} aria-label={t('panel.label')} data-pane data-open={selected ? true : undefined}>
        {selected?.kind === 'field' && chosen ? <FieldPanel key={`${selected.ref.lines ?? ''}.${selected.ref.field}`} about={about} design={design} fieldRef={selected.ref} field={chosen} onRemove={() => void remove(selected.ref)} onClose={() => select(null)} /> : null}
        {selected?.kind === 'part' && design.form.layout[selected.part] ? <PartPanel about={about} key={`${selected.part}.${selected.tab ?? ''}`} design={design} part={selected.part} tab={selected.tab} onClose={() => select(null)} /> : null}
        {selected === null || (selected.kind === 'field' && !chosen) ? <p className={style.hint}>{t('panel.none')}</p> : null}
      </aside>
      {used ? <UsesDialog used={used} onClose={() => setUsed(null)} /> : null}
    </div>
  )
}
