import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useSearchParams } from 'react-router'
import { useAppModel } from '@/api/app-context'
import type { ImportPlan, ImportUpload } from '@/api/imports'
import type { AppModel, EntityModel } from '@/model/app'
import { importableFields, mappingProblems, suggestColumns, suggestKey, type Mapping } from '@/model/import-plan'
import { Button } from '@/ui/button'
import { Card } from '@/ui/card'
import { FieldFrame } from '@/ui/field-frame'
import { Notice } from '@/ui/notice'
import { MultiSelect, Select } from '@/ui/select'
import { ColumnTable } from './column-table'
import style from './mapping-form.module.css'

interface MappingFormProps {
  upload: ImportUpload
  busy: boolean
  onCheck: (plan: ImportPlan) => void
  onSheet?: ((sheet: string) => void) | undefined
}

/** A prepared import is chosen as `import:<name>`, an entity by its name. */
const prepared = 'import:'

function mappingFor(model: AppModel, upload: ImportUpload, name: string): Mapping {
  const entity = model.entities[name]
  const { remembered, suggestion } = upload
  if (remembered && 'entity' in remembered && remembered.entity === name) {
    return { entity: name, columns: remembered.columns, key: remembered.key, existing: remembered.existing }
  }
  if (!entity) return { entity: name, columns: {}, key: [], existing: 'skip' }
  const own = suggestColumns(upload.headings, entity)
  const columns = suggestion.entity === name ? { ...own, ...suggestion.columns } : own
  const key = suggestion.entity === name && suggestion.key?.length ? suggestion.key : suggestKey(columns, entity)
  return { entity: name, columns, key, existing: 'skip' }
}

/** What the reader came for, what was chosen last time, what the pack has prepared, what the headings look like. */
function firstTarget(model: AppModel, upload: ImportUpload, wanted: string | null): string | null {
  const importable = (name: string | null | undefined) => (name && model.entities[name]?.can.import ? name : null)
  const { remembered } = upload
  const before = remembered ? ('import' in remembered ? prepared + remembered.import : importable(remembered.entity)) : null
  const ready = upload.imports[0]
  return importable(wanted) ?? before ?? (ready ? prepared + ready.name : null) ?? importable(upload.suggestion.entity)
}

export function MappingForm({ upload, busy, onCheck, onSheet }: MappingFormProps) {
  const { t } = useTranslation()
  const model = useAppModel()
  const [parameters] = useSearchParams()
  const [target, setTarget] = useState(() => firstTarget(model, upload, parameters.get('entity')))
  const [mapping, setMapping] = useState<Mapping>(() => mappingFor(model, upload, target ?? ''))
  const entities = useMemo(() => Object.values(model.entities).filter((entity) => entity.can.import), [model])
  const entity = model.entities[target ?? '']
  const definition = target?.startsWith(prepared) ? target.slice(prepared.length) : null

  const choose = (next: string | null) => {
    setTarget(next)
    if (next && !next.startsWith(prepared)) setMapping(mappingFor(model, upload, next))
  }
  const check = () => {
    onCheck(definition ? { import: definition } : { ...mapping })
  }
  const problems = entity ? mappingProblems(mapping, entity) : null
  const ready = definition !== null || (entity !== undefined && Object.keys(mapping.columns).length > 0 && problems?.twice.length === 0)

  return (
    <div className={style.stack}>
      <Card>
        <div className={style.choices}>
          {upload.sheets.length > 1 ? (
            <FieldFrame label={t('import:sheet')}>
              {({ id }) => <Select id={id} value={upload.sheet ?? upload.sheets[0] ?? null} disabled={!onSheet} onChange={(next) => { if (next) onSheet?.(next) }} options={upload.sheets.map((name) => ({ value: name, label: name }))} />}
            </FieldFrame>
          ) : null}
          <FieldFrame label={t('import:into')}>
            {({ id }) => (
              <Select
                id={id}
                value={target}
                onChange={choose}
                searchable
                placeholder={t('import:choose_target')}
                options={[
                  ...(upload.imports.length > 0 ? [{ label: t('import:prepared'), options: upload.imports.map((one) => ({ value: prepared + one.name, label: one.label })) }] : []),
                  { label: t('import:single'), options: entities.map((one) => ({ value: one.name, label: one.label_plural })) },
                ]}
              />
            )}
          </FieldFrame>
          {entity ? <KeyChoice entity={entity} mapping={mapping} onChange={setMapping} /> : null}
        </div>
      </Card>
      {definition ? <Notice kind="info">{t('import:prepared_text')}</Notice> : null}
      {entity || definition ? (
        <Card flush title={t('import:columns')}>
          <ColumnTable upload={upload} entity={entity} columns={mapping.columns} twice={problems?.twice ?? []} onChange={(columns) => setMapping({ ...mapping, columns, key: mapping.key.filter((name) => Object.values(columns).includes(name)) })} />
        </Card>
      ) : null}
      {problems && problems.twice.length > 0 ? <Notice kind="error">{t('import:twice', { list: problems.twice.map((name) => entity?.fields[name]?.label ?? name).join(', ') })}</Notice> : null}
      {problems && problems.missing.length > 0 ? <Notice kind="warning">{t('import:missing', { list: problems.missing.map((field) => field.label).join(', ') })}</Notice> : null}
      <div className={style.actions}>
        <Button kind="primary" size="large" disabled={!ready} busy={busy} onClick={check}>{t('import:check')}</Button>
        <span className={style.soft}>{t('import:check_text')}</span>
      </div>
    </div>
  )
}

function KeyChoice({ entity, mapping, onChange }: { entity: EntityModel; mapping: Mapping; onChange: (mapping: Mapping) => void }) {
  const { t } = useTranslation()
  const mapped = importableFields(entity).filter((field) => Object.values(mapping.columns).includes(field.name))
  return (
    <>
      <FieldFrame label={t('import:key')} help={t('import:key_help')}>
        {({ id, describedBy }) => (
          <MultiSelect id={id} {...(describedBy ? { describedBy } : {})} value={mapping.key} onChange={(key) => onChange({ ...mapping, key })} options={mapped.map((field) => ({ value: field.name, label: field.label }))} placeholder={t('import:no_key')} />
        )}
      </FieldFrame>
      <FieldFrame label={t('import:existing')} help={mapping.key.length === 0 ? t('import:existing_no_key') : undefined}>
        {({ id }) => (
          <Select
            id={id}
            value={mapping.existing}
            disabled={mapping.key.length === 0}
            onChange={(existing) => onChange({ ...mapping, existing: existing ?? 'skip' })}
            options={[{ value: 'skip', label: t('import:skip') }, { value: 'update', label: t('import:update') }]}
          />
        )}
      </FieldFrame>
    </>
  )
}
