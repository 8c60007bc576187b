/** What an app is called, who uses it, and its fields, before it is made. */
import { useTranslation } from 'react-i18next'
import { useQuery } from '@tanstack/react-query'
import { useAppModel } from '@/api/app-context'
import { keys } from '@/api/keys'
import { listRoles } from '@/api/people'
import type { FieldType } from '@/model/app'
import { Button } from '@/ui/button'
import { Card } from '@/ui/card'
import { Checkbox } from '@/ui/checkbox'
import { FieldFrame } from '@/ui/field-frame'
import { MultiSelect, Select } from '@/ui/select'
import { TextInput } from '@/ui/text-input'
import type { AppField, AppSpec } from './make-app'
import style from './app-form.module.css'

export interface SketchField extends AppField {
  /** The column of the file that it comes from, and how many cells of it hold something. */
  heading?: string
  filled?: number
}

export interface Sketch extends Omit<AppSpec, 'roles' | 'full' | 'fields' | 'other'> {
  other: string
  fields: SketchField[]
  file: { id: string; name: string; rows: number } | null
}

/** Types that need no further word to be of use. */
const simple: FieldType[] = ['text', 'long_text', 'integer', 'decimal', 'percent', 'boolean', 'date', 'datetime', 'choice', 'tags', 'user', 'department', 'email', 'phone', 'url', 'attachment', 'image']

interface AppFormProps {
  sketch: Sketch
  roles: string[]
  onChange: (sketch: Sketch) => void
  onRoles: (roles: string[]) => void
}

export function AppForm({ sketch, roles, onChange, onRoles }: AppFormProps) {
  const { t } = useTranslation('studio')
  const { language } = useAppModel()
  const known = useQuery({ queryKey: keys.roles, queryFn: listRoles })
  const change = (part: Partial<Sketch>) => onChange({ ...sketch, ...part })
  const set = (at: number, part: Partial<SketchField>) => change({ fields: sketch.fields.map((field, n) => (n === at ? { ...field, ...part } : field)) })
  const remove = (at: number) => change({ fields: sketch.fields.filter((_, n) => n !== at) })
  return (
    <>
      <Card title={t('new.app')}>
        <div className={style.two}>
          <FieldFrame label={t('new.label')} required>{({ id }) => <TextInput id={id} value={sketch.label} onChange={(label) => change({ label })} autoFocus />}</FieldFrame>
          <FieldFrame label={t(language === 'en' ? 'new.other_zh' : 'new.other_en')}>{({ id }) => <TextInput id={id} value={sketch.other} onChange={(other) => change({ other })} />}</FieldFrame>
          <FieldFrame label={t('new.roles')} help={t('new.roles_help')}>
            {({ id, describedBy }) => <MultiSelect id={id} describedBy={describedBy} value={roles} onChange={onRoles} options={(known.data?.roles ?? []).map((one) => ({ value: one.name, label: one.label }))} />}
          </FieldFrame>
          {sketch.steps ? null : <div className={style.check}><Checkbox checked={sketch.approval} onChange={(approval) => change({ approval })}>{t('new.approval')}</Checkbox></div>}
        </div>
      </Card>
      <Card title={t('new.fields')} flush aside={<Button size="small" kind="quiet" icon="add" onClick={() => change({ fields: [...sketch.fields, { label: '', type: 'text' }] })}>{t('new.add_field')}</Button>}>
        <ul className={style.fields}>
          {sketch.fields.map((field, at) => (
            // oxlint-disable-next-line react/no-array-index-key -- a field has no other name before it is made
            <li key={at} className={style.field}>
              <TextInput value={field.label} onChange={(label) => set(at, { label })} label={t('new.field_label', { n: at + 1 })} placeholder={t('field.label')} invalid={field.label.trim() === ''} />
              {field.fields || field.formula ? <span className={style.told}>{t(`types.${field.type}`)}{field.fields ? `: ${field.fields.map(({ label }) => label).join(t('flow.list_comma'))}` : ` = ${field.formula ?? ''}`}</span> : (
                <Select value={field.type} label={t('new.type_of', { name: field.label })} onChange={(type) => set(at, { type: type ?? 'text' })} options={(simple.includes(field.type) ? simple : [field.type, ...simple]).map((type) => ({ value: type, label: t(`types.${type}`) }))} />
              )}
              <span className={style.about}>{about(field, t)}</span>
              <Button kind="quiet" icon="delete" label={t('new.remove', { name: field.label })} disabled={sketch.fields.length === 1} onClick={() => remove(at)} />
            </li>
          ))}
        </ul>
      </Card>
    </>
  )
}

function about(field: SketchField, t: ReturnType<typeof useTranslation>['t']): string {
  const parts = [
    field.required ? t('field.required') : '',
    field.type === 'choice' && field.options ? field.options.map(({ label }) => label).join(t('flow.list_comma')) : '',
    field.filled !== undefined ? t('new.filled', { count: field.filled, n: field.filled.toLocaleString() }) : '',
  ]
  return parts.filter(Boolean).join(' · ')
}
