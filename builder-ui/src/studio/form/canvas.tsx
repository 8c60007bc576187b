/** The form as it will be: sections with their fields in columns, line tables, tabs. */
import { memo, useEffect, useMemo, useRef, useState, type RefObject } from 'react'
import { useTranslation } from 'react-i18next'
import type { FieldType } from '@/model/app'
import { isLines, isSection, isTabs, type LinesPart, type PartDefinition, type TabsPart } from '@/model/definition'
import { Button } from '@/ui/button'
import { Icon } from '@/ui/icon'
import { MenuButton, type MenuEntry } from '@/ui/menu-button'
import { addTab, columnsAt, fieldBefore, fieldsAt, hideField, moveColumn, moveField, movePart, places, removePart, removeTab, samePlace, setSpan, shiftField, shiftPart, type FieldRef, type Place } from '../model/form-edit'
import { useBoth, useDraggable, useDrop, type Dragged } from './drag'
import type { Selected } from './form-designer'
import { typeIcon } from './types'
import type { Design } from './use-design'
import { useDraftState } from '../context'
import style from './canvas.module.css'

interface CanvasProps {
  design: Design
  selected: Selected
  onSelect: (selected: Selected) => void
  onAdd: (type: FieldType, to: Place | undefined, after: string | null, lines?: string) => void
  onRemove: (ref: FieldRef) => void
}

export function Canvas(props: CanvasProps) {
  const { form } = props.design
  return <div className={style.parts}>{Object.entries(form.layout).map(([key, part]) => <Part key={key} name={key} part={part} {...props} />)}</div>
}

interface PartProps extends CanvasProps {
  name: string
  part: PartDefinition
}

function Part({ name, part, ...props }: PartProps) {
  const { t } = useTranslation('studio')
  const { design, selected, onSelect } = props
  const { hold: holdDrag, handle, dragging } = useDraggable<HTMLElement>(() => ({ kind: 'part', part: name }))
  const { hold: holdDrop, side: dropSide } = useDrop<HTMLElement>({
    axis: 'y',
    accepts: (dragged) => dragged.kind === 'part' && dragged.part !== name,
    onDrop: (dragged, side) => {
      if (dragged.kind !== 'part') return
      const names = Object.keys(design.form.layout)
      const after = side === 'after' ? name : (names[names.indexOf(name) - 1] ?? null)
      design.act(t('act.move', { what: label }), { form: movePart(design.form, dragged.part, after) })
    },
  })
  const element = useBoth(holdDrag, holdDrop)
  const label = isSection(part) ? design.sayPart(`layout.${name}.section`, part.section) : isLines(part) ? design.label({ field: part.lines }) : isTabs(part) ? t('form.tabs') : design.sayPart(`layout.${name}.label`, part.label)
  const active = selected?.kind === 'part' && selected.part === name && !selected.tab
  const entries: MenuEntry[] = [
    { key: 'up', label: t('act.up'), icon: 'sort_up', onSelect: () => design.act(t('act.move', { what: label }), { form: shiftPart(design.form, name, -1) }) },
    { key: 'down', label: t('act.down'), icon: 'sort_down', onSelect: () => design.act(t('act.move', { what: label }), { form: shiftPart(design.form, name, 1) }) },
    { key: 'remove', label: t(isSection(part) ? 'form.remove_section' : 'act.hide'), icon: 'delete', danger: true, divided: true, disabled: removePart(design.form, name) === design.form, onSelect: () => design.act(t('act.remove_what', { what: label }), { form: removePart(design.form, name) }) },
  ]
  return (
    <section ref={element} className={style.part} data-active={active || undefined} data-dragging={dragging || undefined} data-side={dropSide ?? undefined} aria-label={label}>
      <header className={style.head}>
        <span ref={handle} className={style.grip} aria-hidden><Icon name="grip" size={14} /></span>
        <button type="button" className={style.heading} aria-pressed={active} onClick={() => onSelect({ kind: 'part', part: name })}>{label}</button>
        <MenuButton entries={entries}><Button kind="quiet" size="small" icon="more" label={t('act.more_of', { name: label })} /></MenuButton>
      </header>
      {isSection(part) ? <Fields place={{ part: name }} {...props} /> : null}
      {isLines(part) ? <Lines part={part} {...props} /> : null}
      {isTabs(part) ? <Tabs name={name} part={part} {...props} /> : null}
      {!isSection(part) && !isLines(part) && !isTabs(part) ? <p className={style.empty}>{t('form.related')}</p> : null}
    </section>
  )
}

function Tabs({ name, part, ...props }: CanvasProps & { name: string; part: TabsPart }) {
  const { t } = useTranslation('studio')
  const { design, onSelect } = props
  const [picked, show] = useState('')
  // What was taken away, or is not there yet, is not shown.
  const shown = picked in part.tabs ? picked : (Object.keys(part.tabs)[0] ?? '')
  const tab = part.tabs[shown]
  const label = design.sayPart(`layout.${name}.tabs.${shown}.label`, tab?.label)
  const removed = removeTab(design.form, name, shown)
  const go = (key: string | undefined) => { if (key) { show(key); onSelect({ kind: 'part', part: name, tab: key }) } }
  const add = () => {
    const text = t('form.tab_n', { n: Object.keys(part.tabs).length + 1 })
    const made = addTab(design.form, name, text)
    design.act(t('act.add', { what: text }), { form: made.form })
    go(made.tab)
  }
  const remove = () => {
    design.act(t('act.remove_what', { what: label }), { form: removed })
    go(Object.keys(part.tabs).find((key) => key !== shown))
  }
  const entries: MenuEntry[] = [
    { key: 'add', label: t('form.add_tab'), icon: 'add', onSelect: add },
    { key: 'remove', label: t('form.remove_tab', { name: label }), icon: 'delete', danger: true, divided: true, disabled: removed === design.form, onSelect: remove },
  ]
  return (
    <>
      <div className={style.tabBar}>
        <div className={style.tabs} role="tablist" aria-label={t('form.tabs')}>
          {Object.entries(part.tabs).map(([key, one]) => (
            <button key={key} type="button" role="tab" aria-selected={key === shown} className={style.tab} onClick={() => go(key)}>
              {design.sayPart(`layout.${name}.tabs.${key}.label`, one.label)}
            </button>
          ))}
        </div>
        <MenuButton entries={entries}><Button kind="quiet" size="small" icon="add" label={t('form.tab_acts')} /></MenuButton>
      </div>
      {tab?.related ? <p className={style.empty}>{t('form.related')}</p> : <Fields place={{ part: name, tab: shown }} {...props} />}
    </>
  )
}

/** The fields of a form that something is wrong with. */
function useWrong(entity: string): Set<string> {
  const problems = useDraftState((state) => state.draft.problems)
  return useMemo(() => {
    const errors = problems.filter((one) => one.severity === 'error' && one.file.endsWith(`/entities/${entity}.json`))
    return new Set(errors.flatMap((one) => /^fields\.([^.]+)/.exec(one.path)?.[1] ?? []))
  }, [problems, entity])
}

function Fields({ place, ...props }: CanvasProps & { place: Place }) {
  const { t } = useTranslation('studio')
  const { design, selected, onAdd } = props
  const fields = fieldsAt(design.form, place)
  const columns = columnsAt(design.form, place)
  const last = Object.keys(fields).at(-1) ?? null
  const wrong = useWrong(design.entity.name)
  const fall = (dragged: Dragged, after: string | null) => {
    if (dragged.kind === 'type') onAdd(dragged.type, place, after)
    else if (dragged.kind === 'field') design.act(t('act.move', { what: design.label({ field: dragged.field }) }), { form: moveField(design.form, dragged.field, place, after) })
  }
  const { hold, side } = useDrop<HTMLDivElement>({ accepts: (dragged) => dragged.kind === 'type' || dragged.kind === 'field', onDrop: (dragged) => fall(dragged, last) })
  const now = useRef<Now | null>(null)
  useEffect(() => {
    now.current = { ...props, place, fall }
  })
  return (
    <div ref={hold} className={style.grid} data-over={side !== null || undefined} style={{ gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))` }}>
      {Object.entries(fields).map(([name, { span = 1 }]) => {
        const field = design.entity.fields[name]
        return (
          <FieldBox
            key={name} name={name} label={design.label({ field: name })} type={field?.type} required={Boolean(field?.required)} formula={Boolean(field?.formula)}
            span={Math.min(span, columns)} columns={columns} wrong={wrong.has(name)} active={selected?.kind === 'field' && !selected.ref.lines && selected.ref.field === name} now={now}
          />
        )
      })}
      {last === null ? <p className={style.empty}>{t('form.drop_here')}</p> : null}
    </div>
  )
}

/** What a box needs when something is done to it; at hand without being a reason to draw it anew. */
interface Now extends CanvasProps {
  place: Place
  fall: (dragged: Dragged, after: string | null) => void
}

interface FieldBoxProps {
  name: string
  label: string
  type: FieldType | undefined
  required: boolean
  formula: boolean
  span: number
  columns: number
  wrong: boolean
  active: boolean
  now: RefObject<Now | null>
}

/** A change draws only those boxes anew that look different then: a form has hundreds. */
const FieldBox = memo(function FieldBox({ name, label, type, required, formula, span, columns, wrong, active, now }: FieldBoxProps) {
  const { t } = useTranslation('studio')
  const ref: FieldRef = { field: name }
  const { hold: holdDrag, dragging } = useDraggable<HTMLDivElement>(() => ({ kind: 'field', field: name }))
  const { hold: holdDrop, side: dropSide } = useDrop<HTMLDivElement>({
    axis: columns === 1 ? 'y' : 'x',
    accepts: (dragged) => dragged.kind === 'type' || (dragged.kind === 'field' && dragged.field !== name),
    onDrop: (dragged, side) => {
      if (!now.current) return
      const before = fieldBefore(now.current.design.form, name)
      // What stands right before it and is dropped there stays where it is.
      if (side === 'before' && dragged.kind === 'field' && dragged.field === before) return
      now.current.fall(dragged, side === 'after' ? name : before)
    },
  })
  const element = useBoth(holdDrag, holdDrop)
  const entries = (): MenuEntry[] => {
    if (!now.current) return []
    const { design, place, onRemove } = now.current
    const { form } = design
    const move = (what: string, to: typeof form) => design.act(what, { form: to })
    const elsewhere = places(form).filter((one) => !samePlace(one, place))
    return [
      { key: 'up', label: t('act.up'), icon: 'sort_up', onSelect: () => move(t('act.move', { what: label }), shiftField(form, name, -1)) },
      { key: 'down', label: t('act.down'), icon: 'sort_down', onSelect: () => move(t('act.move', { what: label }), shiftField(form, name, 1)) },
      ...(columns > 1 ? [
        { key: 'wide', label: t('act.wider'), icon: 'columns' as const, disabled: span >= columns, onSelect: () => move(t('act.wider'), setSpan(form, name, span + 1)) },
        { key: 'narrow', label: t('act.narrower'), icon: 'columns' as const, disabled: span <= 1, onSelect: () => move(t('act.narrower'), setSpan(form, name, span - 1)) },
      ] : []),
      ...(elsewhere.length ? [{ key: 'to', label: t('act.move_to'), heading: true, divided: true }] : []),
      ...elsewhere.map((one) => ({
        key: `to-${one.part}-${one.tab ?? ''}`, label: placeLabel(design, one),
        onSelect: () => move(t('act.move', { what: label }), moveField(form, name, one, Object.keys(fieldsAt(form, one)).at(-1) ?? null)),
      })),
      { key: 'hide', label: t('act.hide'), icon: 'eye_off', divided: true, onSelect: () => move(t('act.hide_what', { what: label }), hideField(form, name)) },
      { key: 'remove', label: t('act.remove'), icon: 'delete', danger: true, onSelect: () => onRemove(ref) },
    ]
  }
  return (
    <div ref={element} className={style.field} style={{ gridColumn: `span ${span}` }} data-active={active || undefined} data-dragging={dragging || undefined} data-side={dropSide ?? undefined} data-axis={columns === 1 ? 'y' : 'x'} data-wrong={wrong || undefined}>
      <button type="button" className={style.box} aria-pressed={active} onClick={() => now.current?.onSelect({ kind: 'field', ref })}>
        <span className={style.label}>{label}{required ? <span className={style.required} title={t('field.required')}> *</span> : null}</span>
        <span className={style.control}><Icon name={typeIcon(type ?? 'text')} size={14} />{type ? t(`types.${type}`) : t('form.no_field')}{formula ? <em className={style.formula}>ƒ</em> : null}</span>
      </button>
      <span className={style.menu}><MenuButton entries={entries}><Button kind="quiet" size="small" icon="more" label={t('act.more_of', { name: label })} /></MenuButton></span>
    </div>
  )
})

export function placeLabel(design: Design, { part, tab }: Place): string {
  const at = design.form.layout[part]
  if (!at) return part
  if (isSection(at)) return design.sayPart(`layout.${part}.section`, at.section)
  return isTabs(at) && tab ? design.sayPart(`layout.${part}.tabs.${tab}.label`, at.tabs[tab]?.label) : part
}

function Lines({ part, design, selected, onSelect, onAdd, onRemove }: CanvasProps & { part: LinesPart }) {
  const fields = design.entity.fields[part.lines]?.fields ?? {}
  const columns = part.columns ?? Object.keys(fields)
  const shared = { part, design, selected, onSelect, onAdd, onRemove, columns }
  return (
    <div className={style.lines}>
      {columns.map((column) => <Column key={column} column={column} {...shared} />)}
    </div>
  )
}

function Column({ column, columns, part, design, selected, onSelect, onAdd, onRemove }: CanvasProps & { part: LinesPart; column: string; columns: string[] }) {
  const { t } = useTranslation('studio')
  const ref: FieldRef = { lines: part.lines, field: column }
  const field = design.entity.fields[part.lines]?.fields?.[column]
  const label = design.label(ref)
  const at = columns.indexOf(column)
  const put = (name: string, after: string | null) => {
    // A form that names no columns shows all; from the first move on it names them.
    const named = part.columns ? design.form : { ...design.form, layout: Object.fromEntries(Object.entries(design.form.layout).map(([key, one]) => [key, one === part ? { ...part, columns } : one])) }
    design.act(t('act.move', { what: design.label({ lines: part.lines, field: name }) }), { form: moveColumn(named, part.lines, name, after) })
  }
  const { hold: holdDrag, dragging } = useDraggable<HTMLDivElement>(() => ({ kind: 'column', lines: part.lines, column }))
  const { hold: holdDrop, side: dropSide } = useDrop<HTMLDivElement>({
    accepts: (dragged) => (dragged.kind === 'column' && dragged.lines === part.lines && dragged.column !== column) || (dragged.kind === 'type' && dragged.type !== 'lines'),
    onDrop: (dragged, side) => {
      const after = side === 'after' ? column : (columns[at - 1] ?? null)
      if (dragged.kind === 'type') onAdd(dragged.type, undefined, after, part.lines)
      else if (dragged.kind === 'column' && dragged.column !== after) put(dragged.column, after)
    },
  })
  const element = useBoth(holdDrag, holdDrop)
  const active = selected?.kind === 'field' && selected.ref.lines === part.lines && selected.ref.field === column
  const entries: MenuEntry[] = [
    { key: 'left', label: t('act.left'), icon: 'left', disabled: at === 0, onSelect: () => put(column, columns[at - 2] ?? null) },
    { key: 'right', label: t('act.right'), icon: 'right', disabled: at === columns.length - 1, onSelect: () => put(column, columns[at + 1] ?? null) },
    { key: 'remove', label: t('act.remove'), icon: 'delete', danger: true, divided: true, onSelect: () => onRemove(ref) },
  ]
  return (
    <div ref={element} className={style.column} data-active={active || undefined} data-dragging={dragging || undefined} data-side={dropSide ?? undefined} data-axis="x">
      <button type="button" className={style.box} aria-pressed={active} onClick={() => onSelect({ kind: 'field', ref })}>
        <span className={style.label}>{label}{field?.required ? <span className={style.required}> *</span> : null}</span>
        <span className={style.control}><Icon name={typeIcon(field?.type ?? 'text')} size={14} />{field ? t(`types.${field.type}`) : ''}</span>
      </button>
      <span className={style.menu}><MenuButton entries={entries}><Button kind="quiet" size="small" icon="more" label={t('act.more_of', { name: label })} /></MenuButton></span>
    </div>
  )
}
