/** How several people decide together, and what happens where nobody is found. */
import { useTranslation } from 'react-i18next'
import type { Json } from '@/model/definition'
import { FieldFrame } from '@/ui/field-frame'
import { Select } from '@/ui/select'
import { TextInput } from '@/ui/text-input'
import { useSources } from './sources'

type Set = (key: string, value: Json | undefined, typed?: boolean) => void

const modes = ['any', 'all', 'sequence', 'at_least', 'ratio', 'one_of_each'] as const
const startOfMode: Record<string, Json> = { at_least: { at_least: 2 }, ratio: { ratio: '2/3' }, one_of_each: { one_of_each: 'source' } }
const nobodies = ['admin', 'manager_up', 'pass', 'reject', 'refuse'] as const

function useOptions() {
  const { t } = useTranslation('studio')
  return <V extends string>(values: readonly V[], group: string) => values.map((value) => ({ value, label: t(`flow.${group}.${value}`) }))
}

export function ModeEditor({ value, set }: { value: Json | undefined; set: Set }) {
  const { t } = useTranslation('studio')
  const options = useOptions()
  const mode = typeof value === 'object' && value !== null ? (Object.keys(value)[0] ?? 'any') : String(value ?? 'any')
  const share = typeof value === 'object' && value !== null ? String(Object.values(value)[0] ?? '') : ''
  return (
    <>
      <FieldFrame label={t('flow.mode_label')}>
        {({ id }) => <Select id={id} value={mode} onChange={(next) => { if (next) set('mode', next === 'any' ? undefined : (startOfMode[next] ?? next)) }} options={options(modes, 'mode')} />}
      </FieldFrame>
      {mode === 'at_least' || mode === 'ratio' ? (
        <FieldFrame label={t(`flow.share.${mode}`)}>
          {({ id }) => <TextInput id={id} value={share} onChange={(text) => set('mode', { [mode]: mode === 'at_least' && /^\d+$/.test(text) ? Number(text) : text }, true)} />}
        </FieldFrame>
      ) : null}
      {mode === 'one_of_each' ? (
        <FieldFrame label={t('flow.group_label')}>
          {({ id }) => <Select id={id} value={share} onChange={(next) => { if (next) set('mode', { one_of_each: next }) }} options={options(['source', 'department', 'line'] as const, 'groups')} />}
        </FieldFrame>
      ) : null}
    </>
  )
}

export function NobodyEditor({ value, set }: { value: Json | undefined; set: Set }) {
  const { t } = useTranslation('studio')
  const options = useOptions()
  const { roles } = useSources()
  const given = typeof value === 'object' && value !== null ? (value as Record<string, Json>) : null
  const chosen = given ? ('role' in given ? `role:${String(given.role)}` : 'user') : String(value ?? 'admin')
  const choose = (next: string | null) => {
    if (next === 'user') set('nobody', { user: '' })
    else if (next) set('nobody', next.startsWith('role:') ? { role: next.slice('role:'.length) } : next)
  }
  return (
    <>
      <FieldFrame label={t('flow.nobody_label')}>
        {({ id }) => (
          <Select id={id} searchable value={chosen} onChange={choose}
            options={[{ label: t('flow.nobody_do'), options: [...options(nobodies, 'nobody'), { value: 'user', label: t('flow.sources.user') }] }, { label: t('kinds.role'), options: roles.map((role) => ({ value: `role:${role.value}`, label: role.label })) }]} />
        )}
      </FieldFrame>
      {chosen === 'user' ? <TextInput type="email" label={t('types.email')} placeholder={t('types.email')} value={String(given?.user ?? '')} onChange={(user) => set('nobody', { user }, true)} /> : null}
    </>
  )
}
