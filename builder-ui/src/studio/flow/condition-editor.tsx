/** A condition that reads as a sentence: field, comparison, value, joined by and or or; what is more than that is written as a formula. */
import { useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import { useAppModel } from '@/api/app-context'
import type { About } from '@/api/studio'
import type { FieldType } from '@/model/app'
import type { EntityDefinition, Json } from '@/model/definition'
import { Button } from '@/ui/button'
import { MultiSelect, Select } from '@/ui/select'
import { TextInput } from '@/ui/text-input'
import { baseLanguage, textsFile, useDraftState, useOpenDraft } from '../context'
import { humanised } from '../form/use-design'
import style from './condition-editor.module.css'

export interface EntityField {
  path: string
  label: string
  type: FieldType
  options: { value: string; label: string }[] | null
  /** Every record has it; no field that people fill in. */
  system?: true
}

type Translated = { texts: Record<string, string> }

/** The fields of an entity by their names in the reader's language, with those across its references: `customer.level`; and its state. */
export function useEntityFields(entity: string): EntityField[] {
  const { t } = useTranslation('studio')
  const open = useOpenDraft()
  const { language } = useAppModel()
  const definitions = useDraftState((state) => state.draft.definitions)
  const files = useDraftState((state) => state.files)
  const fileOf = (name: string | undefined) => definitions.find((one) => one.kind === 'entity' && one.name === name)
  const root = fileOf(entity)
  const fields = (file: string | undefined) => (file ? (files[file] as unknown as EntityDefinition | null | undefined)?.fields : undefined) ?? {}
  const near = Object.entries(fields(root?.file)).flatMap(([name, field]) => (field.type === 'reference' && field.to && fileOf(field.to) ? [{ name, about: fileOf(field.to) as About }] : []))
  const translations = (about: About) => (language === baseLanguage ? '' : textsFile(definitions, about, language))
  const needed = [...(root ? [root] : []), ...near.map((one) => one.about)].flatMap((about) => [about.file, translations(about)])
  const wanted = [...new Set(needed)].join(' ')
  useEffect(() => {
    for (const file of wanted.split(' ')) if (file) void open.load(file)
  }, [open, wanted])

  const read = (about: About | undefined, at: string, before: string): EntityField[] => {
    const texts = (about ? (files[translations(about)] as unknown as Translated | null | undefined)?.texts : undefined) ?? {}
    const say = (path: string, base: string) => texts[path] ?? base
    return Object.entries(fields(about?.file)).filter(([, field]) => field.type !== 'lines').map(([name, field]) => ({
      path: `${at}${name}`,
      type: field.type,
      label: `${before}${say(`fields.${name}.label`, field.label ?? humanised(name))}`,
      options: field.options
        ? Object.entries(field.options).map(([value, option]) => ({ value, label: say(`fields.${name}.options.${value}.label`, typeof option === 'string' ? option : option.label) }))
        : field.type === 'boolean' ? [{ value: 'true', label: '✓' }, { value: 'false', label: '✗' }] : null,
    }))
  }
  /** The state, by what its states are called. */
  const stateOf = (about: About | undefined): EntityField[] => {
    const cycle = about ? (files[about.file] as unknown as { lifecycle?: { states?: Record<string, { label?: string } | null> } } | null | undefined)?.lifecycle : undefined
    const texts = (about ? (files[translations(about)] as unknown as Translated | null | undefined)?.texts : undefined) ?? {}
    const options = Object.entries(cycle?.states ?? {}).map(([value, one]) => ({ value, label: texts[`lifecycle.states.${value}.label`] ?? one?.label ?? humanised(value) }))
    return options.length ? [{ path: 'state', type: 'choice', label: t('view.system.state'), options, system: true }] : []
  }
  const own = read(root, '', '')
  const across = near.flatMap(({ name, about }) => read(about, `${name}.`, `${own.find((one) => one.path === name)?.label ?? name} › `)).filter((one) => compared(one.type))
  return [...own, ...stateOf(root), ...across]
}

/** Types whose values can be written into a box and compared; a record is chosen by what it is like, not by itself. */
const compared = (type: FieldType): boolean => !['reference', 'references', 'user', 'department', 'position', 'attachment', 'image', 'signature', 'lines', 'rich_text', 'json'].includes(type)

type Simple = [string, string, Json]

interface Sentence {
  join: 'all' | 'any'
  parts: Simple[]
}

const isSimple = (json: Json): json is Simple => Array.isArray(json) && json.length >= 2 && json.length <= 3 && typeof json[0] === 'string' && typeof json[1] === 'string'

/** A condition as a sentence; null where it says more. */
export function sentenceOf(condition: Json): Sentence | null {
  if (isSimple(condition)) return { join: 'all', parts: [condition] }
  if (typeof condition !== 'object' || condition === null || Array.isArray(condition)) return null
  for (const join of ['all', 'any'] as const) {
    const parts = condition[join]
    if (Array.isArray(parts) && parts.every(isSimple)) return { join, parts }
  }
  return null
}

export const conditionOf = ({ join, parts }: Sentence): Json => (parts.length === 1 ? (parts[0] as Json) : { [join]: parts as Json })

const numbers: FieldType[] = ['integer', 'decimal', 'money', 'percent', 'rating', 'duration']
const operators: Record<string, string> = { '=': 'is', '!=': 'is_not', '>': 'above', '>=': 'at_least', '<': 'below', '<=': 'at_most', in: 'one_of', 'not in': 'none_of', contains: 'has', 'is null': 'empty', 'is not null': 'filled' }
/** People and departments are compared with whoever looks. */
const mine: Partial<Record<FieldType, string>> = { user: 'user.id', department: 'user.department' }
const operatorsOf = (type: FieldType | undefined): string[] =>
  type && mine[type] ? ['=', '!=', 'is null', 'is not null'] : type && !compared(type) ? ['is null', 'is not null'] : type && (numbers.includes(type) || type === 'date' || type === 'datetime') ? ['>', '>=', '<', '<=', '=', '!=', 'is null', 'is not null'] : type === 'choice' ? ['=', '!=', 'in', 'not in', 'is null', 'is not null'] : type === 'boolean' ? ['='] : ['=', '!=', 'contains', 'is null', 'is not null']

/** One value or several as a list. */
const listed = (value: Json | undefined): Json[] => (Array.isArray(value) ? value : value === undefined || value === null ? [] : [value])

function typed(text: string, field: EntityField | undefined): Json {
  if (field && numbers.includes(field.type) && /^-?\d+(\.\d+)?$/.test(text)) return Number(text)
  if (field?.type === 'boolean') return text === 'true'
  // Days are also counted from the day on which it is asked.
  if (field && (field.type === 'date' || field.type === 'datetime') && /^today\b/.test(text)) return { expr: text }
  return text
}

/** What stands in the box of a value. */
const shown = (value: Json | undefined): string => {
  if (typeof value !== 'object' || value === null) return String(value ?? '')
  return !Array.isArray(value) && typeof value.expr === 'string' ? value.expr : JSON.stringify(value)
}

/** With what a field is compared at first. */
const startOf = (field: EntityField | undefined): Json => (field?.type === 'boolean' ? true : field && mine[field.type] ? { expr: mine[field.type] ?? '' } : '')

interface ConditionEditorProps {
  fields: EntityField[]
  variables: string[]
  condition: Json
  /** `typing` while letters are put into a box. */
  onChange: (condition: Json, typing: boolean) => void
}

export function ConditionEditor({ fields, variables, condition, onChange }: ConditionEditorProps) {
  const { t } = useTranslation('studio')
  const sentence = sentenceOf(condition)
  // An amount of the record itself is what most decisions hang on.
  const own = fields.filter((one) => !one.path.includes('.') && !one.system && compared(one.type))
  const first = own.find((one) => one.type === 'money') ?? own.find((one) => one.type === 'decimal') ?? own.find((one) => numbers.includes(one.type)) ?? own[0] ?? fields.find((one) => compared(one.type))
  if (!sentence) {
    const isOpen = condition === 'true'
    return (
      <div className={style.formula}>
        <TextInput label={t('flow.condition')} value={typeof condition === 'string' ? condition : JSON.stringify(condition)} disabled={typeof condition !== 'string'} onChange={(text) => onChange(text, true)} placeholder="amount > 1000" className={style.mono ?? ''} />
        <p className={style.help}>{variables.length ? t('flow.formula_vars', { names: variables.map((name) => `vars.${name}`).join(', ') }) : t('flow.formula')}</p>
        {first ? <Button size="small" kind={isOpen ? 'default' : 'quiet'} icon="filter" onClick={() => onChange([first.path, operatorsOf(first.type)[0] ?? '=', startOf(first)], false)}>{t('flow.as_sentence')}</Button> : null}
      </div>
    )
  }
  const put = (at: number, part: Simple | null, typing = false) => {
    const parts = sentence.parts.flatMap((old, n) => (n === at ? (part ? [part] : []) : [old]))
    onChange(parts.length ? conditionOf({ ...sentence, parts }) : 'true', typing)
  }
  const begun = (name: string): Simple => {
    const field = fields.find((one) => one.path === name)
    return [name, operatorsOf(field?.type)[0] ?? '=', startOf(field)]
  }
  return (
    <div className={style.sentence}>
      {sentence.parts.map((part, at) => {
        const [path, operator, value] = part
        const field = fields.find((one) => one.path === path)
        const choices = operatorsOf(field?.type).includes(operator) ? operatorsOf(field?.type) : [operator, ...operatorsOf(field?.type)]
        const bare = operator === 'is null' || operator === 'is not null'
        const several = operator === 'in' || operator === 'not in'
        return (
          // Conditions have no names; their order is what they are told apart by.
          // oxlint-disable-next-line react/no-array-index-key
          <div key={at} className={style.part}>
            {at > 0 ? <button type="button" className={style.join} onClick={() => onChange(conditionOf({ ...sentence, join: sentence.join === 'all' ? 'any' : 'all' }), false)}>{t(sentence.join === 'all' ? 'flow.and' : 'flow.or')}</button> : null}
            <Select searchable label={t('panel.field')} value={path} onChange={(next) => { if (next) put(at, begun(next)) }} options={field ? fields.map((one) => ({ value: one.path, label: one.label })) : [{ value: path, label: path }, ...fields.map((one) => ({ value: one.path, label: one.label }))]} />
            <div className={style.line}>
              <Select label={t('flow.comparison')} width={118} value={operator} onChange={(next) => { if (next) put(at, next.startsWith('is ') ? ([path, next] as unknown as Simple) : [path, next, next.endsWith('in') ? listed(value).filter((one) => one !== '') : (Array.isArray(value) ? (value[0] ?? '') : (value ?? startOf(field)))]) }} options={choices.map((one) => ({ value: one, label: t(`flow.compare.${operators[one] ?? 'is'}`) }))} />
              {bare ? null : field?.options && several ? (
                <MultiSelect label={t('flow.value')} value={listed(value).map(String)} onChange={(next) => put(at, [path, operator, next.map((one) => typed(one, field))])} options={field.options} />
              ) : field?.options ? (
                <Select label={t('flow.value')} value={String(value)} onChange={(next) => { if (next !== null) put(at, [path, operator, typed(next, field)]) }} options={field.options} />
              ) : field && mine[field.type] ? (
                <Select label={t('flow.value')} value={shown(value)} onChange={() => put(at, [path, operator, startOf(field)])} options={[{ value: mine[field.type] ?? '', label: t(`flow.mine.${field.type}`) }]} />
              ) : <TextInput label={t('flow.value')} value={shown(value)} onChange={(text) => put(at, [path, operator, typed(text, field)], true)} />}
              <Button kind="quiet" size="small" icon="close" label={t('act.remove')} onClick={() => put(at, null)} />
            </div>
          </div>
        )
      })}
      {first ? <Button size="small" kind="quiet" icon="add" onClick={() => onChange(conditionOf({ ...sentence, parts: [...sentence.parts, begun(first.path)] }), false)}>{t('flow.add_condition')}</Button> : null}
    </div>
  )
}
