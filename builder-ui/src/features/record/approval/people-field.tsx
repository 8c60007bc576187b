// One person, or several, found by typing.
import { useId } from 'react'
import { useTranslation } from 'react-i18next'
import { lookupRecords } from '@/api/records'
import { Combobox, type ComboOption } from '@/fields/widgets/combobox'
import { Icon } from '@/ui/icon'
import style from './approval.module.css'

const load = async (text: string, signal?: AbortSignal) => {
  const { rows } = await lookupRecords('user', { q: text, limit: 20 }, signal)
  return rows.map((row) => ({ value: row.id, title: row.title, ...(row.subtitle ? { subtitle: row.subtitle } : {}) }))
}

interface PersonFieldProps {
  label: string
  value: ComboOption | null
  onChange: (person: ComboOption | null) => void
  /** What is missing, once one has tried to go on. */
  problem: string | null
}

export function PersonField({ label, value, onChange, problem }: PersonFieldProps) {
  const id = useId()
  return (
    <div>
      <label className={style.label} htmlFor={id}>{label}<i aria-hidden="true"> *</i></label>
      <Combobox id={id} label={label} value={value?.value ?? null} title={value?.title ?? ''} required invalid={problem !== null} load={load} onChange={(_id, option) => onChange(option)} />
      {problem && <p className={style.error} role="alert">{problem}</p>}
    </div>
  )
}

interface PeopleFieldProps {
  label: string
  value: ComboOption[]
  onChange: (people: ComboOption[]) => void
  problem: string | null
}

export function PeopleField({ label, value, onChange, problem }: PeopleFieldProps) {
  const { t } = useTranslation('record')
  const id = useId()
  return (
    <div>
      <label className={style.label} htmlFor={id}>{label}<i aria-hidden="true"> *</i></label>
      {value.length > 0 && (
        <ul className={style.chosen}>
          {value.map((person) => (
            <li key={person.value}>
              {person.title}
              <button type="button" aria-label={t('approval.take_off', { name: person.title })} onClick={() => onChange(value.filter((one) => one.value !== person.value))}><Icon name="close" size={12} /></button>
            </li>
          ))}
        </ul>
      )}
      <Combobox
        // A fresh box after each person, ready for the next.
        key={value.length} id={id} label={label} value={null} title="" required={value.length === 0} invalid={problem !== null} load={load}
        onChange={(_id, option) => { if (option && !value.some((one) => one.value === option.value)) onChange([...value, option]) }}
      />
      {problem && <p className={style.error} role="alert">{problem}</p>}
    </div>
  )
}
