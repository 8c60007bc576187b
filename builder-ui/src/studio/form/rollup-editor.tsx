/** What other records come to: which, by which reference, how, and of which field. */
import { useTranslation } from 'react-i18next'
import type { About } from '@/api/studio'
import { FieldFrame } from '@/ui/field-frame'
import { Select } from '@/ui/select'
import { TextInput } from '@/ui/text-input'
import style from './panel.module.css'

type How = 'count' | 'sum' | 'min' | 'max' | 'average'

export interface Rollup {
  of: string
  by: string
  how: How
  value?: string
  where?: unknown
}

interface RollupEditorProps {
  rollup: Rollup | undefined
  definitions: readonly About[]
  wrong: (key?: string) => string | null
  onChange: (rollup: Rollup | undefined) => void
}

const HOWS: How[] = ['count', 'sum', 'min', 'max', 'average']

export function RollupEditor({ rollup, definitions, wrong, onChange }: RollupEditorProps) {
  const { t } = useTranslation('studio')
  const entities = definitions.map((one) => ({ value: one.name, label: one.label ?? one.name }))
  const change = (part: Partial<Rollup>): void => { if (rollup) onChange(clean({ ...rollup, ...part })) }
  return (
    <>
      <FieldFrame label={t('field.rollup')} error={wrong('of') ?? wrong()}>
        {({ id }) => (
          <Select id={id} searchable clearable value={rollup?.of ?? null} placeholder={t('field.rollup_none')} options={entities}
            onChange={(of) => onChange(of ? clean({ by: '', how: 'count', ...rollup, of }) : undefined)} />
        )}
      </FieldFrame>
      {rollup ? (
        <>
          <FieldFrame label={t('field.rollup_by')} error={wrong('by')}>
            {({ id }) => <TextInput id={id} value={rollup.by} onChange={(by) => change({ by })} className={style.mono ?? ''} />}
          </FieldFrame>
          <FieldFrame label={t('field.rollup_how')}>
            {({ id }) => <Select<How> id={id} value={rollup.how} onChange={(how) => { if (how) change({ how }) }} options={HOWS.map((how) => ({ value: how, label: t(`field.how.${how}`) }))} />}
          </FieldFrame>
          {rollup.how === 'count' ? null : (
            <FieldFrame label={t('field.rollup_value')} error={wrong('value')}>
              {({ id }) => <TextInput id={id} value={rollup.value ?? ''} onChange={(value) => change({ value })} className={style.mono ?? ''} />}
            </FieldFrame>
          )}
          <FieldFrame label={t('field.rollup_where')} help={t('field.rollup_where_help')} error={wrong('where')}>
            {({ id, describedBy }) => (
              <TextInput id={id} describedBy={describedBy} value={rollup.where === undefined ? '' : typeof rollup.where === 'string' ? rollup.where : JSON.stringify(rollup.where)}
                onChange={(where) => change({ where: parsed(where) })} className={style.mono ?? ''} />
            )}
          </FieldFrame>
        </>
      ) : null}
    </>
  )
}

/** A filter as it is typed: JSON once it is whole, a text until then. */
function parsed(text: string): unknown {
  if (text.trim() === '') return undefined
  try {
    return JSON.parse(text) as unknown
  } catch {
    return text
  }
}

function clean({ of, by, how, value, where }: Rollup): Rollup {
  return { of, by, how, ...(how === 'count' || !value ? {} : { value }), ...(where === undefined ? {} : { where }) }
}
