/** One setting with the widget of its type; what the pack says is told, and one click goes back to it. */
import { useTranslation } from 'react-i18next'
import type { Setting } from '@/api/settings'
import type { FormatContext } from '@/fields/field-type'
import { fieldType, formatValue } from '@/fields/registry'
import type { Field } from '@/model/app'
import type { Scalar } from '@/model/record'
import style from './settings-page.module.css'

interface SettingFieldProps {
  setting: Setting
  /** What was typed and is not saved; null asks for what the pack says. */
  draft: Scalar | undefined
  refused: string | null
  onChange: (value: Scalar) => void
  onUnreadable: (problem: string | null) => void
}

export function asField(setting: Pick<Setting, 'name' | 'label' | 'type'>): Field {
  return { name: setting.name, label: setting.label, type: setting.type, required: false, unique: false, writable: true, server: false }
}

export function SettingField({ setting, draft, refused, onChange, onUnreadable }: SettingFieldProps) {
  const { t, i18n } = useTranslation('settings')
  const field = asField(setting)
  const context: FormatContext = { language: i18n.language, titles: {}, words: { yes: t('common:value.yes'), no: t('common:value.no') } }
  const value = draft === undefined ? setting.value : draft === null ? setting.default : draft
  const own = draft === undefined ? setting.own : draft !== null
  const { Edit } = fieldType(setting.type)
  const id = `setting-${setting.name}`
  return (
    <div className={style.field}>
      <label htmlFor={id} className={style.label}>{setting.label}</label>
      <div className={style.edit}>
        <Edit
          id={id}
          path={setting.name}
          field={field}
          value={value}
          label={setting.label}
          context={context}
          invalid={refused !== null}
          describedBy={`${id}-notes`}
          onChange={onChange}
          onUnreadable={(problem) => onUnreadable(problem ? problem.problem : null)}
          lookup={{ asker: '', doc: () => ({}), learn: () => {} }}
        />
      </div>
      <p id={`${id}-notes`} className={style.notes}>
        {refused ? <span className={style.error}>{refused}</span> : null}
        {setting.help ? <span>{setting.help}</span> : null}
        {own
          ? <button type="button" className={style.back} onClick={() => { onUnreadable(null); onChange(null) }}>{t('back_to', { value: formatValue(setting.default, field, context) })}</button>
          : <span>{t('as_delivered')}</span>}
      </p>
    </div>
  )
}
