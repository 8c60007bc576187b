/** What people may do with a task beside approving it, and whether they must say why. */
import { useTranslation } from 'react-i18next'
import type { Json } from '@/model/definition'
import { Checkbox } from '@/ui/checkbox'
import { FieldFrame } from '@/ui/field-frame'
import { Select } from '@/ui/select'
import panel from '../form/panel.module.css'
import style from './node-panel.module.css'

type VerbOptions = { reason?: 'required'; to?: Json; then?: string } & Record<string, Json>
type Verbs = Record<string, boolean | VerbOptions>

const verbs = ['reject', 'return', 'transfer', 'delegate', 'add_signer', 'take_back', 'cc', 'consult', 'urge'] as const
/** Verbs that are allowed unless they are taken away. */
const usual = new Set(['reject', 'urge'])

export function VerbsEditor({ value, isForm = false, onChange }: { value: Json | undefined; isForm?: boolean; onChange: (verbs: Json | undefined) => void }) {
  const { t } = useTranslation('studio')
  const allowed = (value ?? {}) as Verbs
  const isOn = (verb: string) => (usual.has(verb) ? allowed[verb] !== false : allowed[verb] !== undefined && allowed[verb] !== false)
  const needsReason = (verb: string) => typeof allowed[verb] === 'object' && allowed[verb].reason === 'required'
  /** What is usual is left out. */
  const put = (verb: string, on: boolean, options: VerbOptions) => {
    const { [verb]: _old, ...rest } = allowed
    const left = usual.has(verb) ? on && Object.keys(options).length === 0 : !on
    const next: Verbs = left ? rest : verb in allowed ? { ...allowed, [verb]: on ? options : false } : { ...rest, [verb]: on ? options : false }
    onChange(Object.keys(next).length ? (next as Json) : undefined)
  }
  const setVerb = (verb: string, on: boolean, reason: boolean) => {
    const old = allowed[verb]
    const { reason: _reason, ...kept } = typeof old === 'object' ? old : {}
    put(verb, on, reason ? { ...kept, reason: 'required' } : kept)
  }
  const back = (typeof allowed.return === 'object' ? allowed.return : {}) as VerbOptions
  const to = back.to === 'passed' ? 'passed' : typeof back.to === 'object' ? 'nodes' : 'initiator'
  const options = <V extends string>(values: readonly V[], group: string) => values.map((one) => ({ value: one, label: t(`flow.${group}.${one}`) }))
  return (
    <>
      <fieldset className={panel.options}>
        <legend>{t(isForm ? 'flow.verbs_form' : 'flow.verbs_label')}</legend>
        {verbs.filter((verb) => !isForm || verb !== 'reject').map((verb) => (
          <div key={verb} className={style.verb}>
            <Checkbox checked={isOn(verb)} onChange={(on) => setVerb(verb, on, needsReason(verb))}>{t(`flow.verbs.${verb}`)}</Checkbox>
            {isOn(verb) && verb !== 'urge' ? <Checkbox checked={needsReason(verb)} onChange={(reason) => setVerb(verb, true, reason)}>{t('flow.reason')}</Checkbox> : null}
          </div>
        ))}
      </fieldset>
      {isOn('return') ? (
        <>
          <FieldFrame label={t('flow.return_to')}>
            {({ id }) => <Select id={id} value={to} onChange={(next) => { const { to: _to, ...rest } = back; put('return', true, next === 'passed' ? { ...rest, to: 'passed' } : next === 'nodes' ? { ...rest, to: { nodes: [] } } : rest) }} options={options(['initiator', 'passed', 'nodes'] as const, 'return_tos')} />}
          </FieldFrame>
          <FieldFrame label={t('flow.return_then')}>
            {({ id }) => <Select id={id} value={back.then ?? 'again'} onChange={(next) => { const { then: _then, ...rest } = back; put('return', true, next && next !== 'again' ? { ...rest, then: next } : rest) }} options={options(['again', 'straight_back', 'choose'] as const, 'return_thens')} />}
          </FieldFrame>
        </>
      ) : null}
    </>
  )
}
