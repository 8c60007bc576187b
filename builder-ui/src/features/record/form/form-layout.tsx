// The form as its definition lays it out: sections, line tables, tabs, related lists.
import { lazy, Suspense } from 'react'
import { useStore } from 'zustand'
import type { FormPart } from '@/model/app'
import { Card } from '@/ui/card'
import { SkeletonRows } from '@/ui/skeleton'
import { fieldState, useForm, useFormState } from '../form-context'
import { holds } from '../model/evaluate'
import { Fields } from './fields-grid'
import { RelatedList } from './related-list'
import { Tabs } from './tabs'
import style from './form.module.css'

const LinesPart = lazy(() => import('../lines/lines-part'))

export function FormLayout() {
  const { entity } = useForm()
  return (
    <div className={style.parts}>
      {entity.form.layout.map((part) => <Part key={part.key} part={part} />)}
    </div>
  )
}

function Part({ part }: { part: FormPart }) {
  const { evaluator, entity } = useForm()
  const visible = useFormState((state) => holds(evaluator, part.visible, { values: state.values }, true))
  if (!visible) return null
  switch (part.kind) {
    case 'section':
      return <Section part={part} />
    case 'lines': {
      const field = entity.fields[part.lines ?? '']
      return field ? (
        <Suspense fallback={<Card title={part.label ?? field.label}><SkeletonRows rows={4} height={34} /></Card>}>
          <LinesPart table={field} label={part.label ?? field.label} columns={part.line_columns ?? []} totals={part.totals ?? []} />
        </Suspense>
      ) : null
    }
    case 'tabs':
      return <Tabs part={part} />
    case 'related':
      return part.related ? (
        <Card title={part.label ?? ''}><RelatedList related={part.related} /></Card>
      ) : null
    default:
      return null
  }
}

function Section({ part }: { part: FormPart }) {
  const context = useForm()
  const empty = useStore(context.form.store, (state) => !(part.fields ?? []).some(({ name }) => fieldState(context, state, name).visible))
  if (empty) return null
  return (
    <Card title={part.label ?? ''}>
      <Fields fields={part.fields ?? []} columns={part.columns ?? 2} />
    </Card>
  )
}
