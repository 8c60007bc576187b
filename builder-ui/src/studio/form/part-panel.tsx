/** The properties of a section or tab. */
import { lazy, Suspense } from 'react'
import { useTranslation } from 'react-i18next'
import type { About } from '@/api/studio'
import { isLines, isSection, isTabs, type FormDefinition, type Json, type PartDefinition, type TabDefinition } from '@/model/definition'
import { Button } from '@/ui/button'
import { Checkbox } from '@/ui/checkbox'
import { FieldFrame } from '@/ui/field-frame'
import { Select } from '@/ui/select'
import { TextInput } from '@/ui/text-input'
import { changePart } from '../model/form-edit'
import { withValue } from '../model/keyed'
import type { Design } from './use-design'
import style from './panel.module.css'

const Further = lazy(() => import('../schema/further'))

interface PartPanelProps {
  about: About
  design: Design
  part: string
  tab?: string | undefined
  onClose: () => void
}

const counts = ['1', '2', '3', '4'] as const

export function PartPanel({ about, design, part, tab, onClose }: PartPanelProps) {
  const { t } = useTranslation('studio')
  const at = design.form.layout[part]
  if (!at) return null
  const head = (
    <header className={style.head}>
      <h2>{t(isLines(at) ? 'types.lines' : tab ? 'panel.tab' : 'panel.section')}</h2>
      <Button kind="quiet" size="small" icon="close" label={t('panel.close')} onClick={onClose} />
    </header>
  )
  const further = (of: string, value: Record<string, Json>, path: string, without: string[], put: (next: Json) => FormDefinition) => (
    <Suspense fallback={null}>
      <Further about={{ ...about, ...design.formAbout, kind: 'form', entity: about.name }} kind="form" texts={design.formTexts} of={of} value={value} path={path} without={without}
        onChange={(next, how) => { if (next !== undefined) design.act(t('act.change', { what: t('panel.section') }), { form: put(next) }, how.typed ?? null, how.beside) }} />
    </Suspense>
  )
  const whole = (without: string[]) => further('Part', at as unknown as Record<string, Json>, `layout.${part}`, without, (next) => changePart(design.form, part, () => next as unknown as PartDefinition))
  const columns = (value: number, set: (count: number) => FormDefinition) => (
    <FieldFrame label={t('panel.columns')} help={t('panel.columns_help')}>
      {({ id }) => <Select id={id} value={String(value)} onChange={(count) => { if (count) design.act(t('panel.columns'), { form: set(Number(count)) }) }} options={counts.map((count) => ({ value: count, label: count }))} />}
    </FieldFrame>
  )
  if (isSection(at)) {
    const path = `layout.${part}.section`
    return (
      <div className={style.panel}>
        {head}
        <FieldFrame label={t('panel.heading')}>
          {({ id }) => <TextInput id={id} value={design.sayPart(path, at.section)} onChange={(section) => design.renamePart(t('act.rename'), path, section, (form) => changePart(form, part, (old) => ({ ...old, section })))} />}
        </FieldFrame>
        {columns(at.columns ?? 2, (count) => changePart(design.form, part, (old) => { const { columns: _old, ...rest } = old as typeof at; return count === 2 ? rest : { ...rest, columns: count } }))}
        {whole(['section', 'columns', 'fields'])}
      </div>
    )
  }
  if (isTabs(at) && tab && at.tabs[tab]) {
    const path = `layout.${part}.tabs.${tab}.label`
    const change = (next: Partial<(typeof at.tabs)[string]>) => (form: FormDefinition) => changePart(form, part, (old) => (isTabs(old) ? { ...old, tabs: withValue(old.tabs, tab, (one) => ({ ...one, ...next })) } : old))
    return (
      <div className={style.panel}>
        {head}
        <FieldFrame label={t('panel.heading')}>
          {({ id }) => <TextInput id={id} value={design.sayPart(path, at.tabs[tab]?.label)} onChange={(label) => design.renamePart(t('act.rename'), path, label, change({ label }))} />}
        </FieldFrame>
        {columns(at.tabs[tab].columns ?? 2, (count) => change({ columns: count })(design.form))}
        {further('Tab', at.tabs[tab] as unknown as Record<string, Json>, `layout.${part}.tabs.${tab}`, ['label', 'columns', 'fields'], (next) => changePart(design.form, part, (old) => (isTabs(old) ? { ...old, tabs: withValue(old.tabs, tab, () => next as unknown as TabDefinition) } : old)))}
      </div>
    )
  }
  if (isLines(at)) {
    const fields = Object.entries(design.entity.fields[at.lines]?.fields ?? {})
    const summed = (name: string, on: boolean) => changePart(design.form, part, (old) => {
      const { totals = [], ...rest } = old as typeof at
      const next = on ? [...totals, name] : totals.filter((one) => one !== name)
      return next.length ? { ...rest, totals: next } : rest
    })
    const numbers = fields.filter(([, field]) => ['integer', 'decimal', 'money'].includes(field.type))
    return (
      <div className={style.panel}>
        {head}
        {numbers.length ? <p className={style.caption}>{t('panel.totals')}</p> : null}
        {numbers.map(([name]) => {
          const label = design.label({ lines: at.lines, field: name })
          return <div key={name}><Checkbox checked={at.totals?.includes(name) ?? false} onChange={(on) => design.act(t('panel.totals'), { form: summed(name, on) })}>{label}</Checkbox></div>
        })}
        {whole(['lines', 'totals'])}
        <p className={style.caption}>{t('panel.lines_help')}</p>
      </div>
    )
  }
  return <div className={style.panel}>{head}{whole([])}</div>
}
