import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { emptyValue, isComplete, needsNoValue, operatorsOf, type Condition, type FilterField, type Operator } from '@/model/filter'
import { Button } from '@/ui/button'
import { Select } from '@/ui/select'
import { operatorKey } from './describe'
import { ValueInput } from './value-input'
import style from './filter-bar.module.css'

interface ConditionEditorProps {
  fields: FilterField[]
  start?: Condition
  onDone: (condition: Condition) => void
  onRemove?: () => void
  onCancel: () => void
}

/** Field, operator, value; applied as one. */
export default function ConditionEditor({ fields, start, onDone, onRemove, onCancel }: ConditionEditorProps) {
  const { t } = useTranslation()
  const [condition, setCondition] = useState<Condition | null>(start ?? null)
  const field = fields.find((one) => one.path === condition?.path)

  const chooseField = (path: string | null) => {
    const next = fields.find((one) => one.path === path)
    const operator = next ? operatorsOf(next.type)[0] : undefined
    if (next && operator) setCondition({ path: next.path, operator, value: emptyValue(next.type, operator) })
  }
  const chooseOperator = (operator: Operator | null) => {
    if (!condition || !field || !operator) return
    const fresh = emptyValue(field.type, operator)
    const keep = typeof fresh === typeof condition.value && Array.isArray(fresh) === Array.isArray(condition.value) && operator !== 'between' && condition.operator !== 'between'
    setCondition({ ...condition, operator, value: keep && fresh !== null ? condition.value : fresh })
  }
  const apply = () => {
    if (condition && isComplete(condition)) onDone(condition)
  }

  return (
    <div className={style.editor} role="group" aria-label={t('list:filter.condition')}>
      <Select
        label={t('list:filter.field')}
        value={condition?.path ?? null}
        onChange={chooseField}
        options={fields.map((one) => ({ value: one.path, label: one.label }))}
        placeholder={t('list:filter.field')}
        searchable
        autoFocus={!start}
      />
      {condition && field ? (
        <>
          <Select
            label={t('list:filter.operator')}
            value={condition.operator}
            onChange={chooseOperator}
            options={operatorsOf(field.type).map((operator) => ({ value: operator, label: t(operatorKey(operator, field.type)) }))}
          />
          {needsNoValue(condition.operator) ? null : (
            <ValueInput
              key={`${condition.path} ${condition.operator}`}
              field={field}
              condition={condition}
              onChange={(value) => setCondition({ ...condition, value })}
              onEnter={apply}
            />
          )}
        </>
      ) : null}
      <div className={style.buttons}>
        {onRemove ? <Button kind="quiet" icon="delete" onClick={onRemove}>{t('action.remove')}</Button> : null}
        <span className={style.grow} />
        <Button onClick={onCancel}>{t('action.cancel')}</Button>
        <Button kind="primary" disabled={!condition || !isComplete(condition)} onClick={apply}>{t('action.apply')}</Button>
      </div>
    </div>
  )
}
