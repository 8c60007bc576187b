/** The options of a choice: named, coloured, ordered. */
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { FieldDefinition } from '@/model/definition'
import type { Color } from '@/model/app'
import { Button } from '@/ui/button'
import { MenuButton } from '@/ui/menu-button'
import { Tag } from '@/ui/tag'
import { before, putAfter, shifted, withValue, without } from '../model/keyed'
import { proposeName } from '../model/name'
import { spell } from './spell'
import style from './panel.module.css'

type Options = NonNullable<FieldDefinition['options']>
type Option = Options[string]

interface OptionsEditorProps {
  options: Options
  /** What an option is called in the reader's language. */
  say: (key: string, base: string) => string
  /** Whether what the definition says follows what is said in the reader's language. */
  follows: (key: string, base: string) => boolean
  /** `said`: what an option is called from now on in the reader's language; letters of one option are one step. */
  onChange: (options: Options, said?: { key: string; text: string; typed: boolean }) => void
}

const colors: Color[] = ['grey', 'blue', 'green', 'amber', 'red', 'purple']
const labelOf = (option: Option): string => (typeof option === 'string' ? option : option.label)
const colorOf = (option: Option): Color | undefined => (typeof option === 'string' ? undefined : option.color)

function withColor(option: Option, color: Color | undefined): Option {
  const { label, code } = typeof option === 'string' ? { label: option, code: undefined } : option
  return color || code ? { label, ...(code ? { code } : {}), ...(color ? { color } : {}) } : label
}

export function OptionsEditor({ options, say, follows, onChange }: OptionsEditorProps) {
  const { t } = useTranslation('studio')
  const [adding, setAdding] = useState('')
  const names = Object.keys(options)
  const add = async () => {
    const label = adding.trim()
    if (!label) return
    const key = proposeName(label, names, await spell(label))
    onChange(putAfter(options, key, label, names.at(-1) ?? null), { key, text: label, typed: false })
    setAdding('')
  }
  const rename = (key: string, option: Option, text: string) => {
    const next = follows(key, labelOf(option)) ? withValue(options, key, (old) => (typeof old === 'string' ? text : { ...old, label: text })) : options
    onChange(next, { key, text, typed: true })
  }
  return (
    <fieldset className={style.options}>
      <legend>{t('field.options')}</legend>
      {Object.entries(options).map(([key, option]) => (
        <div key={key} className={style.option}>
          <MenuButton placement="bottomLeft" entries={[
            ...colors.map((color) => ({ key: color, label: <Tag color={color}>{t(`colors.${color}`)}</Tag>, onSelect: () => onChange(withValue(options, key, (old) => withColor(old, color))) })),
            { key: 'none', label: t('colors.none'), divided: true, onSelect: () => onChange(withValue(options, key, (old) => withColor(old, undefined))) },
          ]}>
            <button type="button" className={style.color} data-color={colorOf(option)} aria-label={t('field.color_of', { name: say(key, labelOf(option)) })} />
          </MenuButton>
          <input className={style.optionText} value={say(key, labelOf(option))} aria-label={t('field.option_label', { name: say(key, labelOf(option)) })} onChange={(event) => rename(key, option, event.target.value)} />
          <MenuButton entries={[
            { key: 'up', label: t('act.up'), icon: 'sort_up', disabled: before(options, key) === null, onSelect: () => onChange(shifted(options, key, -1)) },
            { key: 'down', label: t('act.down'), icon: 'sort_down', disabled: names.at(-1) === key, onSelect: () => onChange(shifted(options, key, 1)) },
            { key: 'remove', label: t('act.remove'), icon: 'delete', danger: true, divided: true, disabled: names.length === 1, onSelect: () => onChange(without(options, key)) },
          ]}>
            <Button kind="quiet" size="small" icon="more" label={t('act.more_of', { name: say(key, labelOf(option)) })} />
          </MenuButton>
        </div>
      ))}
      <div className={style.option}>
        <input className={style.optionText} value={adding} placeholder={t('field.option_add')} aria-label={t('field.option_add')} onChange={(event) => setAdding(event.target.value)} onKeyDown={(event) => { if (event.key === 'Enter') { event.preventDefault(); void add() } }} onBlur={() => void add()} />
      </div>
    </fieldset>
  )
}
