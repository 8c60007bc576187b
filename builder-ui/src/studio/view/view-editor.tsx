/** A list: which records, which columns in which order, sorted and coloured how. */
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

interface View {
  entity: string
  label?: string
  columns: string[]
  sort?: string[]
  where?: Json
  color?: Partial<Record<Color, Json>>
}

const colors: Color[] = ['red', 'amber', 'green', 'blue', 'purple', 'grey']
/** What every record has beside its fields. */
const system = ['number', 'title', 'state', 'created_at', 'updated_at', 'created_by', 'updated_by']

export default function ViewEditor({ about }: { about: About }) {
  const { t } = useTranslation('studio')
  const open = useOpenDraft()
  const definition = useDefinition(about.file) as (Definition & View) | null | undefined
  const texts = useTexts(about.file, 'view', about.name)
  const fields = useEntityFields(definition?.entity ?? '')
  const problems = useDraftState((state) => state.draft.problems).filter((one) => one.file === about.file)
  if (!definition || !texts) return null
  const { columns, sort = [], where, color = {} } = definition
  const act = (what: string, change: Partial<View>, group: string | null = null) => {
    const next = Object.fromEntries(Object.entries({ ...definition, ...change }).filter(([, value]) => value !== undefined))
    open.act(what, { [about.file]: next as Definition }, group && `${about.file} ${group}`)
  }
  const label = (path: string) => fields.find((one) => one.path === path)?.label ?? (system.includes(path) ? t(`view.system.${path}`) : path)
  const all = [...system.map((path) => ({ value: path, label: label(path) })), ...fields.map((one) => ({ value: one.path, label: one.label }))]
  const put = (column: string, after: string | null) => {
    const rest = columns.filter((one) => one !== column)
    const at = after === null ? 0 : rest.indexOf(after) + 1 || rest.length
    act(t('act.move', { what: label(column) }), { columns: [...rest.slice(0, at), column, ...rest.slice(at)] })
  }
  const [first = ''] = sort
  return (
    <div className={style.frame}>
      {problems.map((one) => <p key={`${one.code} ${one.path} ${one.message}`} className={style.problem}><Icon name={one.severity === 'error' ? 'error' : 'warning'} size={14} />{one.message}</p>)}
      <Card title={t('view.name')}>
        <FieldFrame label={t('field.label')}>
          {({ id }) => <TextInput id={id} value={texts.say('label', definition.label)} onChange={(text) => open.act(t('act.rename'), { ...(texts.follows('label', definition.label) ? { [about.file]: { ...definition, label: text } } : {}), ...texts.write('label', text) }, `${about.file} label`)} />}
        </FieldFrame>
      </Card>
      <Card title={t('view.columns')} aside={<AddColumn options={all.filter((one) => !columns.includes(one.value))} onAdd={(column) => act(t('act.add', { what: label(column) }), { columns: [...columns, column] })} />}>
        <ol className={style.columns}>
          {columns.map((column, at) => (
            <ColumnChip key={column} column={column} label={label(column)} at={at} count={columns.length}
              onDrop={(dragged, side) => put(dragged, side === 'after' ? column : (columns[at - 1] ?? null))}
              onShift={(by) => put(column, by === 1 ? (columns[at + 1] ?? null) : (columns[at - 2] ?? null))}
              onRemove={() => act(t('act.remove_what', { what: label(column) }), { columns: columns.filter((one) => one !== column) })} />
          ))}
        </ol>
      </Card>
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
