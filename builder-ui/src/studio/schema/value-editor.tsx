/** A control for whatever the format knows: which one is told by the JSON Schema of the definition. */
import { useTranslation } from 'react-i18next'
import type { Json } from '@/model/definition'
import type { Schema } from '@/model/json-schema'
import { Button } from '@/ui/button'
import { Checkbox } from '@/ui/checkbox'
import { FieldFrame } from '@/ui/field-frame'
import { Icon } from '@/ui/icon'
import { MenuButton } from '@/ui/menu-button'
import { MultiSelect, Select } from '@/ui/select'
import { TextInput } from '@/ui/text-input'
import { ConditionEditor } from '../flow/condition-editor'
import { PeriodInput } from '../flow/period-input'
import panel from '../form/panel.module.css'
import { useAround, withChosen, type Change } from './context'
import { KeyedEditor } from './keyed-editor'
import { isSaid, isUsual, isWritten, meaningOf } from './meaning'
import { shapeOf, startOf, variantOf, withPart, type Part, type Shape } from './schema'
import { helpOf, useFormatWords } from './words'
import style from './schema.module.css'

interface ValueProps {
  schema: Schema
  value: Json | undefined
  onChange: Change
  /** Where it stands in the definition; what it is a property of, and which. */
  path: string
  of: string
  name: string
  label: string
  required: boolean
}

const record = (value: Json | undefined): Record<string, Json> => (typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {})
const list = (value: Json | undefined): Json[] => (Array.isArray(value) ? value : [])
const written = (value: Json | undefined): string => (value === undefined || value === null ? '' : typeof value === 'string' ? value : JSON.stringify(value))

/** What takes little room stands there whether it is said or not; the rest is added. */
function isSmall(root: Schema, schema: Schema, of: string, key: string): boolean {
  const shape = shapeOf(root, schema)
  if (shape.kind === 'list') return meaningOf(of, key) !== undefined && shapeOf(root, shape.of).kind === 'text'
  if (shape.kind === 'one_of') return shape.variants.every((one) => ['word', 'switch', 'text', 'number'].includes(shapeOf(root, one.schema).kind))
  return ['switch', 'number'].includes(shape.kind) || (shape.kind === 'text' && shape.of !== 'Period')
}

interface PartsProps {
  name: string
  parts: readonly Part[]
  value: Record<string, Json>
  onChange: Change
  path: string
  /** Properties that have a control elsewhere. */
  without?: readonly string[]
  wide?: boolean
}

/** The parts of something: what is said of it, and what more can be. */
export function PartsEditor({ name, parts, value, onChange, path, without = [], wide = false }: PartsProps) {
  const { t } = useTranslation('studio')
  const { root } = useAround()
  const words = useFormatWords()
  const order = parts.map((part) => part.key)
  const here = parts.filter((part) => !without.includes(part.key))
  const shown = here.filter((part) => part.required || part.key in value || isSmall(root, part.schema, name, part.key))
  const further = here.filter((part) => !shown.includes(part))
  const set = (key: string): Change => (next, how) => onChange(withPart(value, key, next, order), how)
  return (
    <div className={wide ? style.wide : style.parts}>
      {shown.map((part) => (
        <ValueEditor key={part.key} schema={part.schema} value={value[part.key]} onChange={set(part.key)} path={path ? `${path}.${part.key}` : part.key} of={name} name={part.key} label={words.property(name, part.key)} required={part.required} />
      ))}
      {further.length ? (
        <div>
          <MenuButton placement="bottomLeft" entries={further.map((part) => ({ key: part.key, label: words.property(name, part.key), onSelect: () => set(part.key)(startOf(root, part.schema), {}) }))}>
            <Button size="small" kind="quiet" icon="add">{t('schema.add_part')}</Button>
          </MenuButton>
        </div>
      ) : null}
    </div>
  )
}

/** One value with its label. */
export function ValueEditor(props: ValueProps) {
  const { root, wrong, help: sentences } = useAround()
  const { schema, value, onChange, path, of, name, label, required } = props
  const shape = shapeOf(root, schema, of)
  const help = helpOf(schema.description, label, sentences)
  const frame = { label, error: wrong(path), ...(help ? { help } : {}) }
  if (shape.kind === 'switch' && !shape.asUsual) {
    const usual = isUsual(of, name)
    return <Checkbox checked={(value ?? usual) === true} onChange={(on) => onChange(required || on !== usual ? on : undefined, {})}>{label}</Checkbox>
  }
  if (shape.kind === 'text' && shape.of === 'Period') {
    return (
      <fieldset className={style.group}>
        <Legend label={label} onRemove={required ? null : () => onChange(undefined, {})} />
        <PeriodInput label={label} value={written(value)} onChange={(next) => onChange(next, { typed: path })} />
      </fieldset>
    )
  }
  if (shape.kind === 'switch' || shape.kind === 'number' || shape.kind === 'text' || isChoice(root, shape) || (shape.kind === 'list' && meaningOf(of, name) && shapeOf(root, shape.of).kind === 'text') || shape.kind === 'any') {
    return <FieldFrame {...frame} required={required}>{(ids) => <Box {...props} shape={shape} {...ids} />}</FieldFrame>
  }
  return (
    <fieldset className={style.group}>
      <Legend label={label} onRemove={required ? null : () => onChange(undefined, {})} />
      {frame.error ? <p className={panel.error} role="alert"><Icon name="error" size={14} />{frame.error}</p> : null}
      <Within {...props} shape={shape} />
    </fieldset>
  )
}

/** What a group is called; what need not be said can be taken away. */
function Legend({ label, onRemove }: { label: string; onRemove: (() => void) | null }) {
  const { t } = useTranslation('studio')
  return <legend><span>{label}</span>{onRemove ? <Button kind="quiet" size="small" icon="close" label={t('act.remove_what', { what: label })} onClick={onRemove} /> : null}</legend>
}

/** Whether one of a few words, and nothing more, is chosen. */
const isChoice = (root: Schema, shape: Shape): boolean => shape.kind === 'one_of' && shape.variants.every((one) => shapeOf(root, one.schema).kind === 'word')

interface BoxProps extends ValueProps {
  shape: Shape
  id: string
  describedBy: string | undefined
}

/** A single control. */
function Box({ shape, value, onChange, path, of, name, required, id, describedBy }: BoxProps) {
  const { choices, texts } = useAround()
  const { t } = useTranslation('studio')
  const words = useFormatWords()
  const ids = describedBy ? { id, describedBy } : { id }
  if (shape.kind === 'switch') {
    return (
      <Select {...ids} value={value === undefined ? 'usual' : String(value)} onChange={(next) => onChange(next === 'usual' || next === null ? undefined : next === 'true', {})}
        options={[{ value: 'usual', label: t('schema.as_usual') }, { value: 'true', label: t('schema.yes') }, { value: 'false', label: t('schema.no') }]} />
    )
  }
  if (shape.kind === 'one_of') {
    const usual = required ? null : ''
    return (
      <Select {...ids} searchable={shape.variants.length > 8} value={value === undefined ? usual : String(value)} onChange={(next) => onChange(next === '' || next === null ? undefined : next, {})}
        options={[...(required ? [] : [{ value: '', label: t('schema.as_usual') }]), ...shape.variants.map((one) => ({ value: one.key, label: words.word(shape.name, one.key) }))]} />
    )
  }
  const meaning = meaningOf(of, name)
  const offered = meaning ? (choices[meaning] ?? []) : []
  if (shape.kind === 'list') {
    const chosen = list(value).map(String)
    return <MultiSelect {...ids} value={chosen} onChange={(next) => onChange(next.length || required ? next : undefined, {})} options={withChosen(offered, chosen)} />
  }
  if (shape.kind === 'number') {
    return <TextInput {...ids} inputMode="decimal" value={written(value)} onChange={(text) => onChange(text === '' ? undefined : Number.isFinite(Number(text)) ? Number(text) : text, { typed: path })} />
  }
  if (shape.kind === 'text' && meaning) {
    return <Select {...ids} searchable clearable={!required} value={value === undefined || value === '' ? null : written(value)} onChange={(next) => onChange(next ?? (required ? '' : undefined), {})} options={withChosen(offered, [written(value)])} />
  }
  if (shape.kind === 'any') return <TextInput {...ids} className={panel.mono ?? ''} value={written(value)} onChange={(text) => onChange(text === '' && !required ? undefined : told(text), { typed: path })} />
  const say = isSaid(name)
  const base = typeof value === 'string' ? value : undefined
  return (
    <TextInput {...ids} {...(isWritten(name) ? { className: panel.mono ?? '' } : {})} value={say ? texts.say(path, base) : written(value)}
      onChange={(text) => {
        const next = text === '' && !required ? undefined : text
        onChange(say && !texts.follows(path, base) ? value : next, say ? { typed: path, beside: texts.write(path, text) } : { typed: path })
      }} />
  )
}

/** A value that may be of any sort: numbers and yes or no as themselves, everything else as a text. */
function told(text: string): Json {
  if (!/^(-?\d+(\.\d+)?|true|false|null|\{.*\}|\[.*\])$/s.test(text)) return text
  try {
    return JSON.parse(text) as Json
  } catch {
    return text
  }
}

/** The same without its label, where that stands above already. */
function Bare(props: ValueProps) {
  const { root } = useAround()
  const shape = shapeOf(root, props.schema, props.of)
  return ['parts', 'keyed', 'one_of', 'condition', 'list'].includes(shape.kind) ? <Within {...props} shape={shape} /> : <ValueEditor {...props} />
}

/** What has parts of its own. */
function Within({ shape, value, onChange, path, of, name, label, required }: ValueProps & { shape: Shape }) {
  const around = useAround()
  const { root } = around
  const { t } = useTranslation('studio')
  const words = useFormatWords()
  switch (shape.kind) {
    case 'condition':
      return <ConditionEditor fields={around.fields} variables={around.variables} condition={value ?? 'true'} onChange={(next, typing) => onChange(next, typing ? { typed: path } : {})} />
    case 'parts':
      return <PartsEditor name={shape.name} parts={shape.parts} value={record(value)} onChange={onChange} path={path} />
    case 'keyed':
      return <KeyedEditor schema={shape.of} value={record(value)} onChange={onChange} path={path} of={of} name={name} renderEntry={(entry) => <Bare {...entry} of={of} name={name} required />} />
    case 'one_of': {
      const now = variantOf(root, shape.variants, value)
      const inner = now ? shapeOf(root, now.schema, shape.name) : null
      const choose = (key: string | null) => {
        const next = shape.variants.find((one) => one.key === key)
        if (next) onChange(startOf(root, next.schema), {})
      }
      return (
        <div className={style.parts}>
          <Select label={label} searchable={shape.variants.length > 8} value={now?.key ?? null} onChange={choose} options={shape.variants.map((one) => ({ value: one.key, label: words.word(shape.name, one.key) }))} />
          {now && inner?.kind === 'parts' ? <PartsEditor name={inner.name} parts={inner.parts} value={record(value)} onChange={onChange} path={path} /> : null}
          {now && inner && inner.kind !== 'parts' && inner.kind !== 'word' ? (
            <ValueEditor schema={now.schema} value={value} onChange={onChange} path={path} of={shape.name} name={now.key} label={words.word(shape.name, now.key)} required={required} />
          ) : null}
          {now ? null : <code className={style.raw}>{written(value)}</code>}
        </div>
      )
    }
    case 'list': {
      const all = list(value)
      const put = (at: number, next: Json | undefined, how: Parameters<Change>[1]) => onChange(all.flatMap((old, n) => (n === at ? (next === undefined ? [] : [next]) : [old])), how)
      return (
        <div className={style.parts}>
          {all.map((one, at) => (
            // Entries of a list have no names; their order is what they are told apart by.
            // oxlint-disable-next-line react/no-array-index-key
            <div key={at} className={style.row}>
              <div className={style.grow}>
                <ValueEditor schema={shape.of} value={one} onChange={(next, how) => put(at, next ?? '', how)} path={`${path}.${at}`} of={of} name={name} label={t('schema.nth', { label, n: at + 1 })} required />
              </div>
              <Button kind="quiet" size="small" icon="delete" label={t('act.remove_what', { what: t('schema.nth', { label, n: at + 1 }) })} onClick={() => put(at, undefined, {})} />
            </div>
          ))}
          <div><Button size="small" kind="quiet" icon="add" onClick={() => onChange([...all, startOf(root, shape.of)], {})}>{t('schema.add')}</Button></div>
        </div>
      )
    }
    default: return null
  }
}
