/** Things that have names: states, rules, steps, the values of fields. Each can be opened, moved and taken away; new ones are named first. */
import { type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Json } from '@/model/definition'
import type { Schema } from '@/model/json-schema'
import { Button } from '@/ui/button'
import { Select } from '@/ui/select'
import { TextInput } from '@/ui/text-input'
import { spell } from '../form/spell'
import panel from '../form/panel.module.css'
import { humanised } from '../form/use-design'
import { shifted, withValue, without } from '../model/keyed'
import { isName, proposeName } from '../model/name'
import { useAround, withChosen, type Change, type Choice } from './context'
import { keyMeaningOf, meaningOf } from './meaning'
import { shapeOf, startOf } from './schema'
import style from './schema.module.css'

interface KeyedProps {
  schema: Schema
  value: Record<string, Json>
  onChange: Change
  path: string
  of: string
  name: string
  /** What stands under a name. */
  renderEntry: (entry: { schema: Schema; value: Json; onChange: Change; path: string; label: string }) => ReactNode
}

export function KeyedEditor({ schema, value, onChange, path, of, name, renderEntry }: KeyedProps) {
  const { t } = useTranslation('studio')
  const { root, choices, texts } = useAround()
  const shape = shapeOf(root, schema, of)
  const [opened, setOpened] = useState<string | null>(null)
  const isText = shape.kind === 'text'
  const meaning = meaningOf(of, name)
  const keyed = keyMeaningOf(of, name)
  const put = (key: string): Change => (next, how) => onChange(next === undefined ? without(value, key) : withValue(value, key, () => next), how)
  /** By its label; a rule is known by what it tells. */
  const calledOf = (key: string, one: Json): string => {
    const parts = typeof one === 'object' && one !== null && !Array.isArray(one) ? one : {}
    const said = (part: 'label' | 'message') => texts.say(`${path}.${key}.${part}`, typeof parts[part] === 'string' ? parts[part] : undefined)
    return said('label') || said('message') || humanised(key)
  }
  const nameOf = (key: string) => (keyed ? (choices[keyed]?.find((one) => one.value === key)?.label ?? key) : key)
  /** What is named by people has a label; its name is made of that. */
  const hasLabel = shape.kind === 'parts' && shape.parts.some((part) => part.key === 'label')
  const add = async (said: string) => {
    const key = isText || isName(said) ? said : proposeName(said, Object.keys(value), await spell(said))
    if (!key || key in value) return
    const start = startOf(root, schema)
    const made = hasLabel ? { label: said, ...(start as Record<string, Json>) } : start
    onChange({ ...value, [key]: made }, hasLabel ? { beside: texts.write(`${path}.${key}.label`, said) } : {})
    setOpened(key)
  }
  return (
    <div className={style.keyed}>
      {Object.entries(value).map(([key, one], at, all) => {
        const called = isText ? nameOf(key) : calledOf(key, one)
        if (isText) {
          return (
            <div key={key} className={style.pair}>
              <span className={style.key} title={key}>{called}</span>
              {meaning ? <Select searchable label={called} value={String(one)} onChange={(next) => { if (next) put(key)(next, {}) }} options={withChosen(choices[meaning] ?? [], [String(one)])} />
                : <TextInput label={called} className={panel.mono ?? ''} value={typeof one === 'string' ? one : JSON.stringify(one)} onChange={(next) => put(key)(next, { typed: `${path}.${key}` })} />}
              <Button kind="quiet" size="small" icon="delete" label={t('act.remove_what', { what: called })} onClick={() => put(key)(undefined, {})} />
            </div>
          )
        }
        const isOpen = opened === key
        return (
          <div key={key} className={style.entry}>
            <div className={style.head}>
              <Button kind="quiet" size="small" icon={isOpen ? 'down' : 'right'} expanded={isOpen} onClick={() => setOpened(isOpen ? null : key)}>{called}</Button>
              <span className={style.space} />
              <Button kind="quiet" size="small" icon="sort_up" label={t('schema.up', { what: called })} disabled={at === 0} onClick={() => onChange(shifted(value, key, -1), {})} />
              <Button kind="quiet" size="small" icon="sort_down" label={t('schema.down', { what: called })} disabled={at === all.length - 1} onClick={() => onChange(shifted(value, key, 1), {})} />
              <Button kind="quiet" size="small" icon="delete" label={t('act.remove_what', { what: called })} onClick={() => put(key)(undefined, {})} />
            </div>
            {isOpen ? <div className={style.inside}>{renderEntry({ schema, value: one, onChange: put(key), path: `${path}.${key}`, label: called })}</div> : null}
          </div>
        )
      })}
      <AddRow choices={keyed ? (choices[keyed] ?? []).filter((one) => !(one.value in value)) : null} strict={isText} onAdd={(said) => void add(said)} />
    </div>
  )
}

function AddRow({ choices, strict, onAdd }: { choices: Choice[] | null; strict: boolean; onAdd: (said: string) => void }) {
  const { t } = useTranslation('studio')
  const [said, setSaid] = useState('')
  if (choices) return <Select searchable label={t('schema.add')} placeholder={t('schema.add')} value={null} onChange={(next) => { if (next) onAdd(next) }} options={choices} />
  const ready = strict ? isName(said.trim()) : said.trim() !== ''
  const add = () => {
    if (!ready) return
    onAdd(said.trim())
    setSaid('')
  }
  return (
    <div className={style.row}>
      <div className={style.grow}><TextInput size="small" label={t('schema.name_new')} placeholder={t('schema.name_new')} value={said} onChange={setSaid} onEnter={add} /></div>
      <Button size="small" icon="add" disabled={!ready} onClick={add}>{t('schema.add')}</Button>
    </div>
  )
}
