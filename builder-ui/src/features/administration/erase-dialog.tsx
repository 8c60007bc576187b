// Erasing what is personal in a record: what goes, why, and what was taken over elsewhere and stays.
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useAppModel } from '@/api/app-context'
import { eraseRecord, type Erased } from '@/api/records'
import { errorText } from '@/locales/i18n'
import type { EntityModel, Field } from '@/model/app'
import { Button } from '@/ui/button'
import { Dialog } from '@/ui/dialog'
import { FieldFrame } from '@/ui/field-frame'
import { Notice } from '@/ui/notice'
import { TextInput } from '@/ui/text-input'
import style from './erase.module.css'

interface EraseDialogProps {
  record: { entity: string; id: string; title: string }
  onErased: () => void
  onClose: () => void
}

export default function EraseDialog({ record, onErased, onClose }: EraseDialogProps) {
  const { t } = useTranslation('administration')
  const model = useAppModel()
  const entity = model.entities[record.entity]
  const [reason, setReason] = useState('')
  const [tried, setTried] = useState(false)
  const [busy, setBusy] = useState(false)
  const [failure, setFailure] = useState<string | null>(null)
  const [erased, setErased] = useState<Erased | null>(null)
  const lacks = reason.trim() === ''
  const erase = async (): Promise<void> => {
    setTried(true)
    if (lacks) return
    setBusy(true)
    setFailure(null)
    try {
      setErased(await eraseRecord(record.entity, record.id, reason.trim()))
      onErased()
    } catch (error) {
      setFailure(errorText(error, t as never))
    } finally {
      setBusy(false)
    }
  }
  const names = (fields: readonly string[]) => fields.map((path) => labelOf(entity, path)).join(t('erase.and'))
  if (erased) {
    return (
      <Dialog open title={t('erase.done')} onClose={onClose} footer={<Button kind="primary" onClick={onClose}>{t('erase.close')}</Button>}>
        <p>{t('erase.gone', { fields: names(erased.fields) })}</p>
        {erased.copies.length > 0 ? (
          <>
            <p>{t('erase.copies')}</p>
            <ul className={style.list}>{erased.copies.map((path) => <li key={path}>{placeOf(model.entities, path)}</li>)}</ul>
          </>
        ) : null}
      </Dialog>
    )
  }
  return (
    <Dialog
      open
      title={t('erase.title', { title: record.title })}
      onClose={onClose}
      footer={<><Button onClick={onClose}>{t('erase.cancel')}</Button><Button kind="danger" busy={busy} onClick={() => void erase()}>{t('erase.act')}</Button></>}
    >
      <p className={style.said}>{t('erase.what', { fields: names(personalOf(entity)) })}</p>
      <p className={style.said}>{t('erase.for_good')}</p>
      <FieldFrame label={t('erase.reason')} error={tried && lacks ? t('erase.reason_missing') : null} required>
        {({ id, describedBy }) => <TextInput id={id} {...(describedBy ? { describedBy } : {})} value={reason} onChange={setReason} autoFocus required />}
      </FieldFrame>
      {failure ? <Notice kind="error">{failure}</Notice> : null}
    </Dialog>
  )
}

/** The personal fields that the reader knows, lines' too. */
function personalOf(entity: EntityModel | undefined): string[] {
  return Object.values(entity?.fields ?? {}).flatMap((field) => [
    ...(field.personal ? [field.name] : []),
    ...Object.values(field.fields ?? {}).filter((inner) => inner.personal).map((inner) => `${field.name}.${inner.name}`),
  ])
}

function labelOf(entity: EntityModel | undefined, path: string): string {
  const [first = '', second] = path.split('.')
  const outer: Field | undefined = entity?.fields[first]
  const inner = second === undefined ? undefined : outer?.fields?.[second]
  return [outer?.label ?? first, ...(second === undefined ? [] : [inner?.label ?? second])].join(' – ')
}

function placeOf(entities: Readonly<Record<string, EntityModel>>, path: string): string {
  const [name = '', ...rest] = path.split('.')
  const entity = entities[name]
  return `${entity?.label ?? name}: ${labelOf(entity, rest.join('.'))}`
}
