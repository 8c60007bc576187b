// A decision, or another act on a task: what it needs, its reason, and one last look.
import { useMutation } from '@tanstack/react-query'
import { useId, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { ApiError } from '@/api/client'
import { stillDecides, type SignerPlace, type TaskOfRecord } from '@/api/records'
import { decideTask, type Verdict } from '@/api/tasks'
import type { ComboOption } from '@/fields/widgets/combobox'
import { errorText } from '@/locales/i18n'
import type { EntityModel } from '@/model/app'
import { Button } from '@/ui/button'
import { Checkbox } from '@/ui/checkbox'
import { Dialog } from '@/ui/dialog'
import { Notice } from '@/ui/notice'
import { MultiSelect, Select } from '@/ui/select'
import { useForm, useFormState } from '../form-context'
import { valueAt } from '../model/paths'
import { FilesField } from './files-field'
import { fieldsOf, OutcomeFields, useLacking } from './outcome-fields'
import { PeopleField, PersonField } from './people-field'
import { SignatureField } from './signature-field'
import { useFocusWhen } from './use-focus-when'
import { asks, savesFields, saysSomething, wordOf, type Choice } from './verbs'
import style from './approval.module.css'

interface VerdictDialogProps {
  task: TaskOfRecord
  choice: Choice
  title: string
  entity: EntityModel
  /** What was changed of the fields that the choice opens. */
  written: () => Record<string, unknown> | null
  onDone: (choice: Choice) => void
  /** Somebody else was faster: who did what. */
  onTooLate: (error: ApiError) => void
  onRefused: (error: unknown) => void
  onClose: () => void
}

/** What is written with these is an opinion on the matter; with the others it is only told why. */
const DECIDES: readonly string[] = ['approve', 'reject', 'return', 'outcome']
const INITIATOR = ''
const OWN_PLACES = new Set(['', 'reason', 'to', 'people', 'person', 'place', 'attachments', 'signature', 'change'])

export function VerdictDialog({ task, choice, title, entity, written, onDone, onTooLate, onRefused, onClose }: VerdictDialogProps) {
  const { t } = useTranslation(['record', 'common'])
  const ids = useId()
  const { verb, outcome } = choice
  const demands = asks(task, choice)
  const { form } = useForm()
  const own = task.outcomes?.find((one) => one.name === outcome?.name)
  const lacksField = useLacking(own)
  // An outcome's fields are filled in here, so what there is to save is asked for anew with each of them.
  useFormState((state) => state.revision)
  const fields = written()
  const required = demands.reason === 'required' || saysSomething(verb)
  const needs = { person: ['transfer', 'delegate', 'consult'].includes(verb), people: verb === 'add_signer' || verb === 'cc' }
  const removable = (task.people ?? []).filter((one) => one.added_by_you && stillDecides(one))
  const places = task.signer_places ?? []
  const [reason, setReason] = useState('')
  const [to, setTo] = useState<ComboOption | null>(null)
  const [people, setPeople] = useState<ComboOption[]>([])
  const [person, setPerson] = useState<string | null>(removable.length === 1 ? (removable[0]?.id ?? null) : null)
  const [place, setPlace] = useState<SignerPlace>(places[0] ?? 'before')
  const [all, setAll] = useState(true)
  const [node, setNode] = useState(INITIATOR)
  const [straight, setStraight] = useState(false)
  const [change, setChange] = useState<string[]>([])
  const [files, setFiles] = useState<string[]>([])
  const [signature, setSignature] = useState<string[]>([])
  const [sending, setSending] = useState(false)
  const [tried, setTried] = useState(false)
  // Where a reason is asked for one begins with it, else with the act itself.
  const button = useFocusWhen<HTMLButtonElement>(!required && !needs.person && !needs.people)
  const area = useFocusWhen<HTMLTextAreaElement>(required && !needs.person)
  const lacksReason = required && reason.trim() === ''
  const lacks = (needs.person && to === null) || (needs.people && people.length === 0) || (verb === 'remove_signer' && person === null)
    || lacksField || (demands.attachment === 'required' && files.length === 0) || (demands.signature === 'required' && signature.length === 0)
  const problem = (missing: boolean) => (tried && missing ? t('record:approval.need_receiver') : null)
  const words = (group: string) => t(`record:approval.${group}.${wordOf(task, verb)}`, { title, outcome: outcome?.label ?? '', defaultValue: '' })

  const onward = straight ? ('straight_back' as const) : ('again' as const)
  const verdict = (): Verdict => ({
    ...(reason.trim() === '' ? {} : { reason: reason.trim() }),
    ...(needs.person && to ? { to: to.value } : {}),
    ...(needs.people ? { people: people.map((one) => one.value) } : {}),
    ...(verb === 'remove_signer' && person ? { person } : {}),
    ...(verb === 'add_signer' ? { place, mode: all ? ('all' as const) : ('any' as const) } : {}),
    ...(verb === 'return' ? { ...(node === INITIATOR ? {} : { to: node }), ...(change.length ? { change } : {}) } : {}),
    ...(verb === 'return' && task.return?.then === 'choose' ? { then: onward } : {}),
    ...(outcome ? { outcome: outcome.name } : {}),
    ...(fields && savesFields(verb) ? { fields } : {}),
    ...(files.length ? { attachments: files } : {}),
    ...(signature[0] ? { signature: signature[0] } : {}),
  })
  const decide = useMutation({
    mutationFn: () => decideTask(task.id, verb, verdict()),
    onSuccess: () => onDone(choice),
    onError: (error) => {
      if (!(error instanceof ApiError)) return
      if (error.code === 'task_done' || error.status === 404) onTooLate(error)
      else if (error.details.some((detail) => !OWN_PLACES.has(detail.path))) onRefused(error)
    },
  })

  const confirm = (): void => {
    setTried(true)
    if (lacksReason) document.getElementById(`${ids}-reason`)?.focus()
    else if (!lacks && !sending) decide.mutate()
  }
  const label = outcome?.label ?? t(`record:approval.verb.${wordOf(task, verb)}`)
  /** What was filled in for this outcome alone means nothing without it. */
  const close = (): void => {
    const { base } = form.store.getState()
    for (const name of fieldsOf(own)) if (!task.write.includes(name)) form.set(name, valueAt(base, name))
    onClose()
  }

  return (
    <Dialog
      open
      title={words('ask')}
      width={480}
      onClose={close}
      footer={
        <div className={style.foot}>
          <Button onClick={close}>{t('record:cancel')}</Button>
          <Button kind={verb === 'reject' ? 'danger' : 'primary'} ref={button} busy={decide.isPending} disabled={sending} onClick={confirm}>{label}</Button>
        </div>
      }
    >
      <div className={style.form}>
        {verb === 'answer' && task.question ? <blockquote className={style.question}>{task.by ? `${task.by.name}: ` : ''}{task.question}</blockquote> : null}
        <p className={style.hint}>{words('means')}</p>
        {needs.person && <PersonField label={t('record:approval.to')} value={to} onChange={setTo} problem={problem(to === null)} />}
        {needs.people && <PeopleField label={t(verb === 'cc' ? 'record:approval.to' : 'record:approval.signers')} value={people} onChange={setPeople} problem={problem(people.length === 0)} />}
        {verb === 'add_signer' && places.length > 1 && (
          <Options name={`${ids}-place`} label={t('record:approval.place')} value={place} onChange={(next) => setPlace(next as SignerPlace)} options={places.map((one) => ({ value: one, label: t(`record:approval.places.${one}`) }))} />
        )}
        {verb === 'add_signer' && people.length > 1 && <Checkbox checked={all} onChange={setAll}>{t('record:approval.all_of_them')}</Checkbox>}
        {verb === 'remove_signer' && <Options name={`${ids}-person`} label={t('record:approval.whom')} value={person ?? ''} onChange={setPerson} options={removable.map((one) => ({ value: one.id, label: one.name }))} />}
        {verb === 'return' && (task.return?.nodes.length ?? 0) > 0 && (
          <Labelled id={`${ids}-node`} label={t('record:approval.return_to')}>
            <Select id={`${ids}-node`} value={node} onChange={(next) => setNode(next ?? INITIATOR)} options={[{ value: INITIATOR, label: t('record:approval.initiator') }, ...(task.return?.nodes ?? []).map((one) => ({ value: one.node, label: one.label }))]} />
          </Labelled>
        )}
        {verb === 'return' && task.return?.then === 'choose' && (
          <Options name={`${ids}-then`} label={t('record:approval.then')} value={straight ? 'straight_back' : 'again'} onChange={(next) => setStraight(next === 'straight_back')} options={(['again', 'straight_back'] as const).map((one) => ({ value: one, label: t(`record:approval.thens.${one}`) }))} />
        )}
        {verb === 'return' && node === INITIATOR && (
          <Labelled id={`${ids}-change`} label={t('record:approval.change')}>
            <MultiSelect id={`${ids}-change`} value={change} onChange={setChange} options={Object.values(entity.fields).filter((field) => !field.formula).map((field) => ({ value: field.name, label: field.label }))} />
          </Labelled>
        )}
        {verb === 'return' && task.return?.left !== null && task.return?.left !== undefined && <p className={style.hint}>{t('record:approval.returns_left', { count: task.return.left })}</p>}
        {own && fieldsOf(own).length > 0 && <OutcomeFields outcome={own} />}
        {tried && lacksField && <p className={style.error} role="alert">{t('record:approval.need_fields')}</p>}
        {['claim', 'release'].includes(verb) ? null : (
          <div>
            <label className={style.label} htmlFor={`${ids}-reason`}>
              {t(saysSomething(verb) ? 'record:approval.words' : `record:approval.${DECIDES.includes(verb) ? 'reason' : 'note'}${required ? '' : '_optional'}`)}
              {required && <i aria-hidden="true"> *</i>}
            </label>
            <textarea
              ref={area}
              id={`${ids}-reason`}
              className={style.area}
              value={reason}
              maxLength={2000}
              aria-required={required}
              aria-invalid={tried && lacksReason}
              aria-describedby={tried && lacksReason ? `${ids}-error` : undefined}
              onChange={(event) => setReason(event.target.value)}
            />
            {tried && lacksReason && <p id={`${ids}-error`} className={style.error} role="alert">{t(`record:approval.need_${DECIDES.includes(verb) ? 'reason' : 'note'}`)}</p>}
          </div>
        )}
        {demands.attachment && demands.attachment !== 'none' && <FilesField label={t('record:approval.attachments')} required={demands.attachment === 'required'} missing={tried && demands.attachment === 'required' && files.length === 0} value={files} onChange={setFiles} onSending={setSending} />}
        {demands.signature && demands.signature !== 'none' && <SignatureField label={t('record:approval.signature')} required={demands.signature === 'required'} missing={tried && demands.signature === 'required' && signature.length === 0} value={signature} onChange={setSignature} />}
        {fields && savesFields(verb) && <p className={style.hint}>{t('record:approval.with_changes', { count: Object.keys(fields).length })}</p>}
        {decide.isError && <Notice kind="error">{errorText(decide.error, t as never)}</Notice>}
      </div>
    </Dialog>
  )
}

function Labelled({ id, label, children }: { id: string; label: string; children: React.ReactNode }) {
  return <div><label className={style.label} htmlFor={id}>{label}</label>{children}</div>
}

interface OptionsProps {
  name: string
  label: string
  value: string
  onChange: (value: string) => void
  options: { value: string; label: string }[]
}

/** A few ways, each to be seen. */
function Options({ name, label, value, onChange, options }: OptionsProps) {
  return (
    <fieldset className={style.options}>
      <legend className={style.label}>{label}</legend>
      {options.map((one) => <label key={one.value}><input type="radio" name={name} checked={one.value === value} onChange={() => onChange(one.value)} />{one.label}</label>)}
    </fieldset>
  )
}
