/** The conditions of a list as chips that read as text; each opens to be changed. */
import { lazy, Suspense, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Condition, FilterField } from '@/model/filter'
import { Button } from '@/ui/button'
import { Icon } from '@/ui/icon'
import { Popover } from '@/ui/popover'
import { describe } from './describe'
import type { FilterBarProps } from './filter-bar'
import { useTitles } from './use-titles'
import style from './filter-bar.module.css'

const ConditionEditor = lazy(() => import('./condition-editor'))

export default function FilterChips({ fields, filter, onChange }: FilterBarProps) {
  const { t } = useTranslation()
  if (filter.conditions.length === 0) return null
  const change = (at: number, condition: Condition | null) =>
    onChange({ ...filter, conditions: filter.conditions.flatMap((old, n) => (n === at ? (condition ?? []) : old)) })
  return (
    <div className={style.chips} role="group" aria-label={t('list:filter.active')}>
      {filter.conditions.length > 1 ? (
        <Button size="small" kind="quiet" onClick={() => onChange({ ...filter, match: filter.match === 'all' ? 'any' : 'all' })}>
          {t(`list:filter.match_${filter.match}`)}
        </Button>
      ) : null}
      {filter.conditions.map((condition, n) => (
        <Chip key={`${condition.path} ${condition.operator} ${String(condition.value)}`} fields={fields} condition={condition} onChange={(next) => change(n, next)} />
      ))}
      <Button size="small" kind="quiet" onClick={() => onChange({ match: 'all', conditions: [] })}>{t('list:filter.clear')}</Button>
    </div>
  )
}

function Chip({ fields, condition, onChange }: { fields: FilterField[]; condition: Condition; onChange: (condition: Condition | null) => void }) {
  const { t, i18n } = useTranslation()
  const [open, setOpen] = useState(false)
  const field = fields.find((one) => one.path === condition.path)
  const titles = useTitles(field?.to, field?.to && Array.isArray(condition.value) ? condition.value : [])
  if (!field) return null
  const text = describe(condition, field, titles, i18n.language, t)
  return (
    <span className={style.chip}>
      <Popover
        open={open}
        onOpenChange={setOpen}
        content={(
          <Suspense fallback={<div className={style.editor} />}>
            <ConditionEditor fields={fields} start={condition} onDone={(next) => { onChange(next); setOpen(false) }} onRemove={() => onChange(null)} onCancel={() => setOpen(false)} />
          </Suspense>
        )}
      >
        <button type="button" className={style.text} aria-expanded={open}>{text}</button>
      </Popover>
      <button type="button" className={style.remove} aria-label={t('list:filter.remove', { text })} onClick={() => onChange(null)}><Icon name="close" size={13} /></button>
    </span>
  )
}
