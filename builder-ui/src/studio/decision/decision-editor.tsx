/** A decision table as a table: a row a rule, a column an input; what holds is read from the left, what follows stands right. */
import { useTranslation } from 'react-i18next'
import type { About } from '@/api/studio'
import type { Definition, Json } from '@/model/definition'
import { Button } from '@/ui/button'
import { MenuButton } from '@/ui/menu-button'
import { useDefinition, useDraftState, useOpenDraft } from '../context'
import { before, putAfter, shifted, withValue, without, type Keyed } from '../model/keyed'
import { proposeName } from '../model/name'
import { useTexts } from '../use-texts'
import style from './decision-editor.module.css'

interface Rule {
  label?: string
  when: Keyed<string>
  then: Keyed<Json>
}

interface Decision {
  inputs: Keyed<string>
  outputs: Keyed<{ label?: string; type: string }>
  rules: Keyed<Rule>
  else?: Keyed<Json>
}

/** What is written in a cell of outputs: numbers stay numbers. */
function read(text: string, type: string): Json {
  const trimmed = text.trim()
  if (trimmed === '') return null
  if (/^(integer|decimal|money|percent)$/.test(type) && /^-?\d+(\.\d+)?$/.test(trimmed)) return Number(trimmed)
  if (type === 'boolean' && /^(true|false)$/.test(trimmed)) return trimmed === 'true'
  return trimmed
}

const shown = (value: Json | undefined): string => (value === undefined || value === null ? '' : typeof value === 'object' ? JSON.stringify(value) : String(value))

const emptyRule = (): Rule => ({ label: '', when: {}, then: {} })

export default function DecisionEditor({ about: { file, name: called } }: { about: About }) {
  const { t } = useTranslation('studio')
  const open = useOpenDraft()
  const definition = useDefinition(file) as (Definition & Decision) | null | undefined
  const problems = useDraftState((state) => state.draft.problems).filter((one) => one.file === file)
  const texts = useTexts(file, 'decision', called)
  if (!definition || !texts) return null
  const { inputs, outputs, rules } = definition
  const ruleLabel = (key: string, rule: Rule) => texts.say(`rules.${key}.label`, rule.label)
  const outputLabel = (key: string) => texts.say(`outputs.${key}.label`, outputs[key]?.label) || key
  const rename = (key: string, rule: Rule, label: string) => {
    const path = `rules.${key}.label`
    const changed = texts.follows(path, rule.label) ? { [file]: { ...definition, rules: withValue(rules, key, (old) => ({ ...old, label })) } as unknown as Definition } : {}
    open.act(t('decision.step_cell'), { ...changed, ...texts.write(path, label) }, `${file} ${path}`)
  }
  const act = (what: string, change: Partial<Decision>, group: string | null = null) => open.act(what, { [file]: { ...definition, ...change } as unknown as Definition }, group && `${file} ${group}`)
  const setCell = (key: string, part: 'when' | 'then', column: string, text: string) => {
    const value = part === 'when' ? text : read(text, outputs[column]?.type ?? 'text')
    const change = (rule: Rule): Rule => {
      const cells = rule[part] as Keyed<Json>
      const next = value === '' || value === null ? without(cells, column) : column in cells ? withValue(cells, column, () => value) : { ...cells, [column]: value }
      return { ...rule, [part]: next }
    }
    act(t('decision.step_cell'), { rules: withValue(rules, key, change) }, `${key} ${part} ${column}`)
  }
  const wrongAt = (path: string) => problems.find((one) => one.path === path || one.path.startsWith(`${path}.`))
  const add = () => {
    const key = proposeName(t('decision.rule'), Object.keys(rules), () => 'rule')
    act(t('decision.add'), { rules: putAfter(rules, key, emptyRule(), Object.keys(rules).at(-1) ?? null) })
  }
  return (
    <div className={style.frame}>
      <p className={style.help}>{t(`decision.hit.${String(definition.hit ?? 'first')}`, { defaultValue: '' })}</p>
      <div className={style.scroll}>
        <table className={style.table}>
          <thead>
            <tr>
              <th scope="col">{t('decision.rule')}</th>
              {Object.entries(inputs).map(([name, expression]) => <th key={name} scope="col" title={expression}>{name.replaceAll('_', ' ')}</th>)}
              {Object.keys(outputs).map((name) => <th key={name} scope="col" className={style.then}>{outputLabel(name)}</th>)}
              <th scope="col"><span className="visually-hidden">{t('common:action.more')}</span></th>
            </tr>
          </thead>
          <tbody>
            {Object.entries(rules).map(([key, rule]) => (
              <tr key={key}>
                <th scope="row"><Cell value={ruleLabel(key, rule)} label={t('decision.label_of', { name: ruleLabel(key, rule) || key })} onChange={(label) => rename(key, rule, label)} /></th>
                {Object.keys(inputs).map((name) => {
                  const wrong = wrongAt(`rules.${key}.when.${name}`)
                  return <td key={name}><Cell value={rule.when[name] ?? ''} placeholder="–" label={`${ruleLabel(key, rule) || key}: ${name}`} wrong={wrong?.message} onChange={(text) => setCell(key, 'when', name, text)} mono /></td>
                })}
                {Object.keys(outputs).map((name) => {
                  const wrong = wrongAt(`rules.${key}.then.${name}`)
                  return <td key={name} className={style.then}><Cell value={shown(rule.then[name])} placeholder="–" label={`${ruleLabel(key, rule) || key}: ${outputLabel(name)}`} wrong={wrong?.message} onChange={(text) => setCell(key, 'then', name, text)} mono /></td>
                })}
                <td className={style.acts}>
                  <MenuButton entries={[
                    { key: 'up', label: t('act.up'), icon: 'sort_up', disabled: before(rules, key) === null, onSelect: () => act(t('act.up'), { rules: shifted(rules, key, -1) }) },
                    { key: 'down', label: t('act.down'), icon: 'sort_down', onSelect: () => act(t('act.down'), { rules: shifted(rules, key, 1) }) },
                    { key: 'copy', label: t('act.copy'), icon: 'copy', onSelect: () => act(t('act.copy'), { rules: putAfter(rules, proposeName(key, Object.keys(rules), undefined, !key.startsWith('x_')), rule, key) }) },
                    { key: 'remove', label: t('act.remove'), icon: 'delete', danger: true, divided: true, onSelect: () => act(t('act.remove'), { rules: without(rules, key) }) },
                  ]}>
                    <Button kind="quiet" size="small" icon="more" label={t('act.more_of', { name: ruleLabel(key, rule) || key })} />
                  </MenuButton>
                </td>
              </tr>
            ))}
            <tr className={style.otherwise}>
              <th scope="row" colSpan={1 + Object.keys(inputs).length}>{t('decision.else')}</th>
              {Object.entries(outputs).map(([name, output]) => (
                <td key={name} className={style.then}>
                  <Cell value={shown(definition.else?.[name])} placeholder="–" label={`${t('decision.else')}: ${outputLabel(name)}`} onChange={(text) => act(t('decision.step_cell'), { else: { ...definition.else, [name]: read(text, output.type) } }, `else ${name}`)} mono />
                </td>
              ))}
              <td><span className="visually-hidden">–</span></td>
            </tr>
          </tbody>
        </table>
      </div>
      <div><Button icon="add" onClick={add}>{t('decision.add')}</Button></div>
      <p className={style.help}>{t('decision.cells')}</p>
    </div>
  )
}

interface CellProps {
  value: string
  label: string
  placeholder?: string
  wrong?: string | undefined
  mono?: boolean
  onChange: (text: string) => void
}

function Cell({ value, label, placeholder, wrong, mono = false, onChange }: CellProps) {
  return <input className={mono ? `${style.cell} ${style.mono}` : style.cell} value={value} aria-label={label} placeholder={placeholder} aria-invalid={wrong ? true : undefined} title={wrong ?? undefined} onChange={(event) => onChange(event.target.value)} />
}
