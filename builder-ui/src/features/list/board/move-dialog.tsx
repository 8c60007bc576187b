/** What a transition asks before a card is moved by it: which one, whether one is sure, fields that it needs, words for whoever decides. */
import { useQuery } from '@tanstack/react-query'
import { useId, useState, type FormEvent } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { keys } from '@/api/keys'
import { readRecord, transitionRecord, updateRecord, type ListRow } from '@/api/records'
import { fieldType } from '@/fields/registry'
import { errorText } from '@/locales/i18n'
import type { EntityModel, Field, Transition } from '@/model/app'
import { paths } from '@/model/paths'
import type { Scalar, Titles } from '@/model/record'
import { Button } from '@/ui/button'
import { Dialog } from '@/ui/dialog'
import { FieldFrame } from '@/ui/field-frame'
import { Notice } from '@/ui/notice'
import { Select } from '@/ui/select'
import { SkeletonRows } from '@/ui/skeleton'
import { TextInput } from '@/ui/text-input'
import style from './board.module.css'

interface MoveDialogProps {
  entity: EntityModel
  row: ListRow
  choices: { name: string; transition: Transition }[]
  to: string
  onClose: () => void
  onDone: (work: () => Promise<unknown>) => void
}

export default function MoveDialog({ entity, row, choices, to, onClose, onDone }: MoveDialogProps) {
  const { t, i18n } = useTranslation()
  const area = useId()
  const [name, setName] = useState(choices[0]?.name ?? '')
  const [values, setValues] = useState<Record<string, Scalar>>({})
  const [words, setWords] = useState('')
  const [titles, setTitles] = useState<Titles>({})
  const chosen = choices.find((one) => one.name === name) ?? choices[0]
  const record = useQuery({ queryKey: keys.record(entity.name, row.id), queryFn: () => readRecord(entity.name, row.id) })
  if (!chosen) return null
  const { transition } = chosen
  const now = record.data?.record
  const isEmpty = (path: string) => {
    const value = now?.[path]
    return value === null || value === undefined || value === '' || (Array.isArray(value) && value.length === 0)
  }
  const missing = now ? transition.requires.filter(isEmpty) : []
  // Lines are entered on the record's own page; everything else here.
  const fields = missing.flatMap((path): Field[] => {
    const field = entity.fields[path]
    return field && field.type !== 'lines' && field.writable ? [field] : []
  })
  const elsewhere = missing.filter((path) => !fields.some((field) => field.name === path))
  const ready = record.isSuccess && elsewhere.length === 0 && fields.every((field) => (values[field.name] ?? '') !== '')
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (!ready) return
    const entered = Object.fromEntries(fields.map((field) => [field.name, values[field.name]]))
    const reason = words.trim()
    onDone(async () => {
      let version = now?.version ?? row.version
      if (fields.length > 0) version = (await updateRecord(entity.name, row.id, { version, ...entered })).record.version ?? version
      return transitionRecord(entity.name, row.id, chosen.name, { version, ...(reason ? { reason } : {}) })
    })
  }
  const label = (path: string) => entity.fields[path]?.label ?? path
  return (
    <Dialog
      open
      title={t('list:board.ask', { title: row.title, column: to })}
      width={480}
      onClose={onClose}
      footer={(
        <div className={style.foot}>
          <Button onClick={onClose}>{t('action.cancel')}</Button>
          <Button kind="primary" disabled={!ready} onClick={(event) => submit(event as unknown as FormEvent)}>{transition.label}</Button>
        </div>
      )}
    >
      <form className={style.ask} onSubmit={submit}>
        {choices.length > 1 ? (
          <FieldFrame label={t('list:board.how')}>
            {({ id }) => <Select id={id} value={chosen.name} onChange={(next) => setName(next ?? '')} options={choices.map((one) => ({ value: one.name, label: one.transition.label }))} />}
          </FieldFrame>
        ) : null}
        {record.isPending ? <SkeletonRows rows={2} height={34} /> : null}
        {record.error ? <Notice kind="error">{errorText(record.error, t)}</Notice> : null}
        {typeof transition.confirm === 'string' ? <p>{transition.confirm}</p> : transition.confirm ? <p>{t('list:board.sure', { label: transition.label })}</p> : null}
        {elsewhere.length > 0 ? (
          <Notice kind="warning">
            {t('list:board.elsewhere', { fields: elsewhere.map(label).join(t('list:board.comma')) })} <Link to={paths.record(entity.name, row.id)}>{t('list:board.open')}</Link>
          </Notice>
        ) : null}
        {fields.map((field) => {
          const { Edit } = fieldType(field.type)
          return Edit ? (
            <FieldFrame key={field.name} label={field.label} required>
              {({ id }) => (
                <Edit
                  id={id}
                  path={field.name}
                  field={field}
                  value={values[field.name] ?? null}
                  label={field.label}
                  required
                  context={{ language: i18n.language, titles: { ...record.data?.titles, ...titles } }}
                  lookup={{ asker: `${entity.name}.${field.name}`, doc: () => ({ ...now }), learn: (more) => setTitles((before) => ({ ...before, ...more })) }}
                  onChange={(value) => setValues((before) => ({ ...before, [field.name]: value }))}
                />
              )}
            </FieldFrame>
          ) : null
        })}
        {transition.workflow ? (
          <FieldFrame label={t('list:board.words')}>
            {() => <TextInput id={area} label={t('list:board.words')} value={words} onChange={setWords} />}
          </FieldFrame>
        ) : null}
      </form>
    </Dialog>
  )
}
