/** A list, a board or a calendar: which records, what is shown of them in which order, sorted and coloured how. */
import { useTranslation } from 'react-i18next'
import type { About } from '@/api/studio'
import type { Color } from '@/model/app'
import type { Definition, Json } from '@/model/definition'
import { Button } from '@/ui/button'
import { Card } from '@/ui/card'
import { FieldFrame } from '@/ui/field-frame'
import { Icon } from '@/ui/icon'
import { MenuButton } from '@/ui/menu-button'
import { Select } from '@/ui/select'
import { Tag } from '@/ui/tag'
import { TextInput } from '@/ui/text-input'
import { useDefinition, useDraftState, useOpenDraft } from '../context'
import { ConditionEditor, useEntityFields } from '../flow/condition-editor'
import { useDraggable, useDrop, useBoth } from '../form/drag'
import { without, withValue } from '../model/keyed'
import { useTexts } from '../use-texts'
import style from './view-editor.module.css'

type Shape = 'list' | 'kanban' | 'calendar'

interface View {
  entity: string
  label?: string
  type?: Shape
  columns?: string[]
  by?: string
  card?: string[]
  sum?: string
  from?: string
  to?: string
  title?: string
  sort?: string[]
  where?: Json
  color?: Partial<Record<Color, Json>>
}

const shapes: Shape[] = ['list', 'kanban', 'calendar']
const colors: Color[] = ['red', 'amber', 'green', 'blue', 'purple', 'grey']
/** What every record has beside its fields. */
const system = ['number', 'title', 'state', 'created_at', 'updated_at', 'created_by', 'updated_by']

export default function ViewEditor({ about }: { about: About }) {
  const { t } = useTranslation('studio')
  const open = useOpenDraft()
  const definition = useDefinition(about.file) as (Definition & View) | null | undefined
  const texts = useTexts(about.file, 'view', about.name)
  const known = useKnown(definition?.entity ?? '')
  const fields = useEntityFields(definition?.entity ?? '')
  const problems = useDraftState((state) => state.draft.problems).filter((one) => one.file === about.file)
  // What its fields are called is known first.
  if (!definition || !texts || !known) return null
  const { type = 'list', sort = [], where, color = {} } = definition
  const act = (what: string, change: { [key in keyof View]?: View[key] | undefined }, group: string | null = null) => {
    const next = Object.fromEntries(Object.entries({ ...definition, ...change }).filter(([, value]) => value !== undefined))
    open.act(what, { [about.file]: next as Definition }, group && `${about.file} ${group}`)
  }
  const label = (path: string) => fields.find((one) => one.path === path)?.label ?? (system.includes(path) ? t(`view.system.${path}`) : path)
  const all = [...system.filter((path) => known.includes(path) || !['state', 'number'].includes(path)).map((path) => ({ value: path, label: label(path) })), ...fields.filter((one) => !one.system).map((one) => ({ value: one.path, label: one.label }))]
  // What stands in a list, or on the cards of a board, under its own name.
  const key = type === 'kanban' ? 'card' : 'columns'
  const columns = definition[key] ?? []
  const setColumns = (what: string, next: string[]) => act(what, { [key]: next })
  const put = (column: string, after: string | null) => {
    const rest = columns.filter((one) => one !== column)
    const at = after === null ? 0 : rest.indexOf(after) + 1 || rest.length
    setColumns(t('act.move', { what: label(column) }), [...rest.slice(0, at), column, ...rest.slice(at)])
  }
  const own = fields.filter((one) => !one.path.includes('.') && !one.system)
  const grouped = [...(known.includes('state') ? [{ value: 'state', label: label('state') }] : []), ...own.filter((one) => one.type === 'choice').map((one) => ({ value: one.path, label: one.label }))]
  const days = [...own.filter((one) => one.type === 'date' || one.type === 'datetime').map((one) => ({ value: one.path, label: one.label })), ...['created_at', 'updated_at'].map((path) => ({ value: path, label: label(path) }))]
  const summed = own.filter((one) => ['integer', 'decimal', 'money', 'duration'].includes(one.type)).map((one) => ({ value: one.path, label: one.label }))
  /** What the other shapes know nothing of goes; what they need comes. */
  const reshape = (next: Shape) => act(t('view.shape'), {
    type: next === 'list' ? undefined : next, columns: undefined, by: undefined, card: undefined, sum: undefined, from: undefined, to: undefined, title: undefined,
    ...(next === 'kanban' ? { by: grouped[0]?.value, card: (columns.length ? columns : own.map((one) => one.path)).slice(0, 4) } : next === 'calendar' ? { from: days[0]?.value } : { columns: columns.length ? columns : own.map((one) => one.path).slice(0, 6) }),
  })
  const pick = (name: 'by' | 'sum' | 'from' | 'to' | 'title', options: { value: string; label: string }[], needed = false) => (
    <FieldFrame label={t(`view.${name}`)} required={needed}>
      {({ id }) => <Select id={id} searchable clearable={!needed} value={definition[name] ?? null} placeholder={t(`view.${name}_none`, { defaultValue: '' })} onChange={(path) => act(t(`view.${name}`), { [name]: path ?? undefined })} options={options} />}
    </FieldFrame>
  )
  const [first = ''] = sort
  return (
    <div className={style.frame}>
      {problems.map((one) => <p key={`${one.code} ${one.path} ${one.message}`} className={style.problem}><Icon name={one.severity === 'error' ? 'error' : 'warning'} size={14} />{one.message}</p>)}
      <Card title={t('view.name')}>
        <FieldFrame label={t('field.label')}>
          {({ id }) => <TextInput id={id} value={texts.say('label', definition.label)} onChange={(text) => open.act(t('act.rename'), { ...(texts.follows('label', definition.label) ? { [about.file]: { ...definition, label: text } } : {}), ...texts.write('label', text) }, `${about.file} label`)} />}
        </FieldFrame>
      </Card>
      <Card title={t('view.shape')}>
        <div className={style.sort}>
          <FieldFrame label={t('view.as')}>
            {({ id }) => <Select<Shape> id={id} value={type} onChange={(next) => { if (next && next !== type) reshape(next) }} options={shapes.map((one) => ({ value: one, label: t(`view.shapes.${one}`), disabled: one === 'kanban' && grouped.length === 0 }))} />}
          </FieldFrame>
          {type === 'kanban' ? pick('by', grouped, true) : null}
          {type === 'kanban' ? pick('sum', summed) : null}
          {type === 'calendar' ? pick('from', days, true) : null}
          {type === 'calendar' ? pick('to', days) : null}
          {type === 'calendar' ? pick('title', all) : null}
        </div>
      </Card>
      {type === 'calendar' ? null : <Card title={t(type === 'kanban' ? 'view.card' : 'view.columns')} aside={<AddColumn options={all.filter((one) => !columns.includes(one.value))} onAdd={(column) => setColumns(t('act.add', { what: label(column) }), [...columns, column])} />}>
        <ol className={style.columns}>
          {columns.map((column, at) => (
            <ColumnChip key={column} column={column} label={label(column)} at={at} count={columns.length}
              onDrop={(dragged, side) => put(dragged, side === 'after' ? column : (columns[at - 1] ?? null))}
              onShift={(by) => put(column, by === 1 ? (columns[at + 1] ?? null) : (columns[at - 2] ?? null))}
              onRemove={() => setColumns(t('act.remove_what', { what: label(column) }), columns.filter((one) => one !== column))} />
          ))}
        </ol>
      </Card>}
      <Card title={t('view.where')}>
        {where === undefined ? <p className={style.help}>{t('view.all')}</p> : null}
        {where === undefined
          ? <Button size="small" icon="filter" onClick={() => act(t('flow.condition'), { where: fields[0] ? [fields[0].path, 'is not null'] as unknown as Json : [] })}>{t('view.only')}</Button>
          : <ConditionEditor fields={fields} variables={[]} condition={where} onChange={(next, typing) => act(t('flow.condition'), { where: next === 'true' ? undefined : next }, typing ? 'where' : null)} />}
      </Card>
      <Card title={t('view.sort')}>
        <div className={style.sort}>
          <Select searchable clearable label={t('view.sort')} value={first.replace('-', '') || null} onChange={(path) => act(t('view.sort'), { sort: path ? [path, ...sort.slice(1)] : undefined })} options={all} />
          <Select label={t('view.direction')} value={first.startsWith('-') ? 'down' : 'up'} disabled={!first} onChange={(way) => act(t('view.sort'), { sort: [`${way === 'down' ? '-' : ''}${first.replace('-', '')}`, ...sort.slice(1)] })} options={(['up', 'down'] as const).map((one) => ({ value: one, label: t(`view.${one}`) }))} />
        </div>
      </Card>
      <Card title={t('view.color')} aside={(
        <MenuButton entries={colors.filter((one) => !(one in color)).map((one) => ({ key: one, label: <Tag color={one}>{t(`colors.${one}`)}</Tag>, onSelect: () => act(t('view.color'), { color: { ...color, [one]: fields[0] ? [fields[0].path, 'is not null'] : [] } }) }))}>
          <Button size="small" icon="add">{t('view.add_color')}</Button>
        </MenuButton>
      )}>
        {Object.keys(color).length === 0 ? <p className={style.help}>{t('view.no_color')}</p> : null}
        {Object.entries(color).map(([name, condition]) => (
          <div key={name} className={style.color}>
            <Tag color={name as Color}>{t(`colors.${name}`)}</Tag>
            <ConditionEditor fields={fields} variables={[]} condition={condition} onChange={(next, typing) => act(t('view.color'), { color: next === 'true' ? without(color as Record<string, Json>, name) : withValue(color as Record<string, Json>, name, () => next) }, typing ? `color.${name}` : null)} />
          </div>
        ))}
      </Card>
    </div>
  )
}

/** What every record of an entity has beside its fields, as its definition says: a number, states. Null until that is read. */
function useKnown(entity: string): string[] | null {
  const file = useDraftState((state) => state.draft.definitions.find((one) => one.kind === 'entity' && one.name === entity)?.file ?? '')
  const definition = useDefinition(file)
  if (file && definition === undefined) return null
  return [...(definition?.lifecycle ? ['state'] : []), ...(definition?.type === 'document' || definition?.number ? ['number'] : [])]
}

function AddColumn({ options, onAdd }: { options: { value: string; label: string }[]; onAdd: (column: string) => void }) {
  const { t } = useTranslation('studio')
  return <Select searchable size="small" width={200} label={t('view.add_column')} placeholder={t('view.add_column')} value={null} onChange={(column) => { if (column) onAdd(column) }} options={options} />
}

interface ColumnChipProps {
  column: string
  label: string
  at: number
  count: number
  onDrop: (dragged: string, side: 'before' | 'after') => void
  onShift: (by: -1 | 1) => void
  onRemove: () => void
}

function ColumnChip({ column, label, at, count, onDrop, onShift, onRemove }: ColumnChipProps) {
  const { t } = useTranslation('studio')
  const { hold: holdDrag, dragging } = useDraggable<HTMLLIElement>(() => ({ kind: 'column', lines: '', column }))
  const { hold: holdDrop, side } = useDrop<HTMLLIElement>({
    accepts: (dragged) => dragged.kind === 'column' && dragged.lines === '' && dragged.column !== column,
    onDrop: (dragged, where) => { if (dragged.kind === 'column') onDrop(dragged.column, where) },
  })
  const element = useBoth(holdDrag, holdDrop)
  return (
    <li ref={element} className={style.column} data-dragging={dragging || undefined} data-side={side ?? undefined}>
      <Icon name="grip" size={13} />
      <span>{label}</span>
      <MenuButton entries={[
        { key: 'left', label: t('act.left'), icon: 'left', disabled: at === 0, onSelect: () => onShift(-1) },
        { key: 'right', label: t('act.right'), icon: 'right', disabled: at === count - 1, onSelect: () => onShift(1) },
        { key: 'remove', label: t('act.remove'), icon: 'delete', danger: true, divided: true, disabled: count === 1, onSelect: onRemove },
      ]}>
        <Button kind="quiet" size="small" icon="more" label={t('act.more_of', { name: label })} />
      </MenuButton>
    </li>
  )
}
