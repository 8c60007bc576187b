// Tabs of a form (ARIA tabs, arrows move). A tab with a mistake inside carries a mark, and a jump opens it.
import { type KeyboardEvent, lazy, Suspense, useEffect, useId, useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { FormPart, FormTab } from '@/model/app'
import { Card } from '@/ui/card'
import { fieldState, type FormContextValue, useForm, useFormState } from '../form-context'
import { fieldAt, valueAt } from '../model/paths'
import { shownAt } from '../model/problems'
import type { FormState } from '../model/store'
import { Fields } from './fields-grid'
import { RelatedList } from './related-list'
import style from './form.module.css'

const LinesPart = lazy(() => import('../lines/lines-part'))

export function Tabs({ part }: { part: FormPart }) {
  const context = useForm()
  const { onJump } = context
  const { t } = useTranslation('record')
  const id = useId()
  const tabs = useMemo(() => part.tabs ?? [], [part])
  const [open, setOpen] = useState(tabs[0]?.key)
  const wrong = useFormState((state) => tabs.filter((tab) => hasError(context, tab, state)).map((tab) => tab.key).join(' '))

  useEffect(
    () =>
      onJump((path) => {
        const name = path.split('.')[0] ?? ''
        const tab = tabs.find((one) => one.fields?.some((field) => field.name === name) || one.lines === name)
        if (tab) setOpen(tab.key)
        return false
      }),
    [onJump, tabs],
  )

  const move = (event: KeyboardEvent): void => {
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0
    if (step === 0) return
    event.preventDefault()
    const next = tabs[(tabs.findIndex((tab) => tab.key === open) + step + tabs.length) % tabs.length]
    setOpen(next?.key)
    document.getElementById(`${id}-${next?.key}`)?.focus()
  }

  const current = tabs.find((tab) => tab.key === open)
  return (
    <Card flush label={part.label ?? tabs.map((tab) => tab.label).join(', ')}>
      <div role="tablist" className={style.tabList}>
        {tabs.map((tab) => (
          <button
            key={tab.key}
            type="button"
            role="tab"
            id={`${id}-${tab.key}`}
            className={style.tab}
            aria-selected={tab.key === open}
            aria-controls={tab.key === open ? `${id}-panel` : undefined}
            tabIndex={tab.key === open ? 0 : -1}
            onClick={() => setOpen(tab.key)}
            onKeyDown={move}
          >
            {tab.label}
            {wrong.split(' ').includes(tab.key) && <><i className={style.tabMark} aria-hidden="true" /><span className="visually-hidden">{t('form.tab_has_errors')}</span></>}
          </button>
        ))}
      </div>
      {current && (
        <div role="tabpanel" id={`${id}-panel`} aria-labelledby={`${id}-${current.key}`} className={style.tabPanel}>
          <TabContent tab={current} />
        </div>
      )}
    </Card>
  )
}

function hasError(context: FormContextValue, tab: FormTab, state: FormState): boolean {
  return (tab.fields ?? []).some(({ name }) => {
    const field = fieldAt(context.entity, name)
    return shownAt(state, name, field, valueAt(state.values, name), field !== undefined && fieldState(context, state, name).required).some((problem) => problem.level === 'error')
  })
}

function TabContent({ tab }: { tab: FormTab }) {
  const { entity } = useForm()
  if (tab.related) return <RelatedList related={tab.related} />
  const table = tab.lines === undefined ? undefined : entity.fields[tab.lines]
  if (table) {
    return (
      <Suspense>
        <LinesPart table={table} label={tab.label} columns={tab.line_columns ?? []} totals={tab.totals ?? []} bare />
      </Suspense>
    )
  }
  return <Fields fields={tab.fields ?? []} columns={tab.columns ?? 2} />
}
