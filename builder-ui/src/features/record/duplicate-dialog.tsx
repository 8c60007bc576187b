// Before saving: the record may be there already. Is it one of these?
import { useId, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import type { ComboOption } from '@/fields/widgets/combobox'
import { paths } from '@/model/paths'
import { Button } from '@/ui/button'
import { Dialog } from '@/ui/dialog'
import { useForm } from './form-context'
import type { Likeness } from './model/likeness'
import { placeLabel } from './model/paths'
import style from './duplicate.module.css'

interface DuplicateDialogProps {
  found: Likeness
  /** Makes the record one with another; null where it cannot be. */
  onMerge: ((other: ComboOption) => void) | null
  onDistinct: (why: string) => void
  onClose: () => void
}

export function DuplicateDialog({ found, onMerge, onDistinct, onClose }: DuplicateDialogProps) {
  const { t } = useTranslation('record')
  const { entity, form } = useForm()
  const ids = useId()
  const [why, setWhy] = useState('')
  const [tried, setTried] = useState(false)
  const lacks = why.trim() === ''
  const { values } = form.store.getState()
  const label = (fields: readonly string[]): string => fields.map((field) => placeLabel(entity, values, field).label).join(t('duplicate.and'))

  const save = (): void => {
    setTried(true)
    if (lacks) document.getElementById(`${ids}-why`)?.focus()
    else onDistinct(why.trim())
  }

  return (
    <Dialog
      open
      width={520}
      title={t('duplicate.title')}
      onClose={onClose}
      footer={
        <div className={style.foot}>
          <Button onClick={onClose}>{t('duplicate.back')}</Button>
          <Button kind="primary" onClick={save}>{t('duplicate.save')}</Button>
        </div>
      }
    >
      <p>{t('duplicate.intro')}</p>
      <ul className={style.list}>
        {found.records.map((one) => (
          <li key={one.id}>
            <Link className={style.record} to={paths.record(entity.name, one.id)} target="_blank" rel="noreferrer">
              <b>{one.title}</b>
              <span>{t(one.near ? 'duplicate.near' : 'duplicate.same', { fields: label(one.fields) })}</span>
            </Link>
            {onMerge && <Button size="small" onClick={() => onMerge({ value: one.id, title: one.title })}>{t('duplicate.merge')}</Button>}
          </li>
        ))}
        {found.hidden > 0 && <li className={style.hidden}>{t('duplicate.hidden', { count: found.hidden })}</li>}
      </ul>
      <label className={style.label} htmlFor={`${ids}-why`}>{t('duplicate.why')}<i aria-hidden="true"> *</i></label>
      <textarea
        id={`${ids}-why`}
        className={style.area}
        rows={2}
        maxLength={500}
        required
        value={why}
        aria-invalid={tried && lacks}
        placeholder={t('duplicate.why_example')}
        onChange={(event) => setWhy(event.target.value)}
      />
      {tried && lacks && <p className={style.problem} role="alert">{t('duplicate.why_missing')}</p>}
    </Dialog>
  )
}
