// Changes as people read them: what a place is called, the value before and after, lines by what they are.
import { useTranslation } from 'react-i18next'
import { formatValue } from '@/fields/registry'
import type { Scalar, Titles } from '@/model/record'
import { Icon } from '@/ui/icon'
import { useForm, useFormState } from '../form-context'
import { fieldAt } from '../model/paths'
import type { FieldChange, LineChange } from '../model/timeline'
import { isBlank } from '../model/values'
import style from './timeline.module.css'

/** How a value reads. */
function useText(titles: Titles): (path: string, value: Scalar) => string {
  const { t } = useTranslation('record')
  const { entity, language } = useForm()
  const known = useFormState((state) => state.titles)
  return (path, value) => {
    if (isBlank(value)) return '–'
    if (path === 'state') return entity.lifecycle?.states[String(value)]?.label ?? String(value)
    const field = fieldAt(entity, path)
    return field ? formatValue(value, field, { language, titles: { ...known, ...titles }, words: { yes: t('yes'), no: t('no') } }) : String(value)
  }
}

export function Change({ change, titles }: { change: FieldChange; titles: Titles }) {
  const { t } = useTranslation('record')
  const text = useText(titles)
  if (change.erased) {
    return <div className={style.change}><dt>{change.label}</dt><dd><em>{t('history:erased')}</em></dd></div>
  }
  return (
    <div className={style.change}>
      <dt>{change.label}</dt>
      <dd>
        {!isBlank(change.old) && <><del>{text(change.path, change.old)}</del> <Icon name="right" size={11} label={t('timeline.becomes')} /> </>}
        <ins>{text(change.path, change.new)}</ins>
      </dd>
    </div>
  )
}

export function LineChanges({ line, titles }: { line: LineChange; titles: Titles }) {
  const { t } = useTranslation('record')
  const text = useText(titles)
  const name = line.name && !isBlank(line.name.value) ? text(line.name.path, line.name.value) : null
  return (
    <div className={style.line}>
      <p>
        {t(`timeline.line_${line.kind}`, { line: line.line ?? '', context: line.line === null ? 'gone' : undefined })}
        {name === null ? null : <> · <strong>{name}</strong></>}
      </p>
      <dl>{line.fields.map((change) => <Change key={change.path} change={change} titles={titles} />)}</dl>
    </div>
  )
}
