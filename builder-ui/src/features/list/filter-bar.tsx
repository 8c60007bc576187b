/** Adds a condition to a list. */
import { lazy, Suspense, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Condition, FilterField, ListFilter } from '@/model/filter'
import { Button } from '@/ui/button'
import { Popover } from '@/ui/popover'
import style from './filter-bar.module.css'

// Loaded when first needed: most visits to a list change no filter, and its pickers weigh as much as the list itself.
const loadEditor = () => import('./condition-editor')
const ConditionEditor = lazy(loadEditor)

export interface FilterBarProps {
  fields: FilterField[]
  filter: ListFilter
  onChange: (filter: ListFilter) => void
}

export function FilterButton({ fields, filter, onChange }: FilterBarProps) {
  const { t } = useTranslation()
  const [open, setOpen] = useState(false)
  const add = (condition: Condition) => {
    onChange({ ...filter, conditions: [...filter.conditions, condition] })
    setOpen(false)
  }
  return (
    <Popover open={open} onOpenChange={setOpen} content={<Suspense fallback={<div className={style.editor} />}><ConditionEditor fields={fields} onDone={add} onCancel={() => setOpen(false)} /></Suspense>}>
      <Button icon="filter" expanded={open}>{t('list:filter.add')}</Button>
    </Popover>
  )
}
