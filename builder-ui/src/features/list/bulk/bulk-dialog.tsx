/** Asks what a change of many is, shows how far it is, and what became of each row. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { beginBulk, readBulk, undoBulk, type Bulk, type BulkResult, type BulkWhat, type BulkWhich } from '@/api/bulk'
import { idempotencyKey } from '@/api/client'
import { keys } from '@/api/keys'
import type { ListQuery } from '@/api/records'
import { fieldType } from '@/fields/registry'
import { errorText } from '@/locales/i18n'
import type { EntityModel, Field } from '@/model/app'
import { formatDecimal } from '@/model/format'
import { paths } from '@/model/paths'
import type { Scalar, Titles } from '@/model/record'
import { Button } from '@/ui/button'
import { Dialog } from '@/ui/dialog'
import { FieldFrame } from '@/ui/field-frame'
import { Icon } from '@/ui/icon'
import { Notice } from '@/ui/notice'
import { Select } from '@/ui/select'
import type { Wanted } from './selection-bar'
import type { Selection } from './use-selection'
import style from './bulk.module.css'

interface BulkDialogProps {
  entity: EntityModel
  query: ListQuery
  selection: Selection
  count: number
  wanted: Wanted
  onClose: () => void
}

export default function BulkDialog({ entity, query, selection, count, wanted, onClose }: BulkDialogProps) {
  const { t, i18n } = useTranslation()
  const client = useQueryClient()
  const [name, setName] = useState(wanted.kind === 'set' ? wanted.field : null)
  const [value, setValue] = useState<Scalar>(null)
  const [job, setJob] = useState<Bulk | null>(null)
  const [error, setError] = useState<unknown>(null)
  const [busy, setBusy] = useState(false)
  // The same act sent again, after a broken connection, is the same job.
  const [key] = useState(idempotencyKey)
  const number = (some: number) => formatDecimal(some, i18n.language, 0)
  const settable = Object.values(entity.fields).filter((field) => field.writable && field.type !== 'lines')
  const field = settable.find((one) => one.name === name)

  const which = (): BulkWhich => {
    if (!selection.all) return { rows: selection.rows.map((row) => ({ id: row.id, version: row.version })) }
    const { view, filter, q, deleted } = query
    return { all: { ...(view ? { view } : {}), ...(filter ? { filter: JSON.parse(filter) as unknown } : {}), ...(q ? { q } : {}), ...(deleted ? { deleted } : {}) } }
  }
  const what = (): BulkWhat | null => {
    if (wanted.kind === 'delete') return { delete: true }
    if (wanted.kind === 'restore') return { restore: true }
    if (wanted.kind === 'transition') return { transition: wanted.name }
    return field ? { set: { [field.name]: value } } : null
  }
  const act = async (work: () => Promise<Bulk>) => {
    setBusy(true)
    setError(null)
    try {
      setJob(await work())
    } catch (cause) {
      setError(cause)
    } finally {
      setBusy(false)
      void client.invalidateQueries({ queryKey: keys.entity(entity.name) })
    }
  }
  const begin = () => {
    const action = what()
    if (action) void act(() => beginBulk(entity.name, which(), action, key))
  }
  const close = () => {
    if (job) selection.clear()
    onClose()
  }
  const transition = wanted.kind === 'transition' ? entity.lifecycle?.transitions[wanted.name] : undefined
  const title = wanted.kind === 'transition' ? t('list:bulk.title.transition', { label: transition?.label }) : t(`list:bulk.title.${wanted.kind}`)
  const cleared = field && (value === null || value === '')
  const action = wanted.kind === 'set' ? (cleared ? t('list:bulk.empty_all', { number: number(count) }) : t('list:bulk.change_all', { number: number(count) })) : t('list:bulk.do_all', { number: number(count) })
  if (job) return <Outcome job={job} entity={entity} title={title} busy={busy} error={error} onUndo={() => void act(() => undoBulk(job.id))} onClose={close} />
  return (
    <Dialog
      open
      title={title}
      width={460}
      onClose={close}
      footer={(
        <div className={style.foot}>
          <Button onClick={close}>{t('action.cancel')}</Button>
          <Button kind={wanted.kind === 'delete' ? 'danger' : 'primary'} busy={busy} disabled={!what()} onClick={begin}>{action}</Button>
        </div>
      )}
    >
      <div className={style.form}>
        {error ? <Notice kind="error">{errorText(error, t)}</Notice> : null}
        {wanted.kind === 'set' ? (
          <>
            {wanted.field ? null : (
              <FieldFrame label={t('list:bulk.field')} required>
                {({ id }) => <Select id={id} value={name} onChange={(next) => { setName(next); setValue(null) }} options={settable.map((one) => ({ value: one.name, label: one.label }))} searchable autoFocus placeholder={t('list:filter.choose')} />}
              </FieldFrame>
            )}
            {field ? <ValueOf key={field.name} entity={entity} field={field} value={value} onChange={setValue} /> : null}
          </>
        ) : null}
        {typeof transition?.confirm === 'string' ? <p>{transition.confirm}</p> : null}
        <p className={style.hint}>{t(wanted.kind === 'delete' ? 'list:bulk.hint_delete' : wanted.kind === 'transition' ? 'list:bulk.hint_transition' : 'list:bulk.hint')}</p>
      </div>
    </Dialog>
  )
}

function ValueOf({ entity, field, value, onChange }: { entity: EntityModel; field: Field; value: Scalar; onChange: (value: Scalar) => void }) {
  const { t, i18n } = useTranslation()
  const [titles, setTitles] = useState<Titles>({})
  const { Edit } = fieldType(field.type)
  if (!Edit) return null
  return (
    <FieldFrame label={field.label}>
      {({ id }) => (
        <Edit
          id={id}
          path={field.name}
          field={field}
          value={value}
          label={field.label}
          context={{ language: i18n.language, titles, words: { yes: t('value.yes'), no: t('value.no') } }}
          lookup={{ asker: `${entity.name}.${field.name}`, doc: () => ({}), learn: (more) => setTitles((before) => ({ ...before, ...more })) }}
          onChange={onChange}
        />
      )}
    </FieldFrame>
  )
}

interface OutcomeProps {
  job: Bulk
  entity: EntityModel
  title: string
  busy: boolean
  error: unknown
  onUndo: () => void
  onClose: () => void
}

const underway = (job: Bulk) => job.status === 'running' || job.status === 'undoing'

function Outcome({ job: begun, entity, title, busy, error, onUndo, onClose }: OutcomeProps) {
  const { t, i18n } = useTranslation()
  const client = useQueryClient()
  const progress = useQuery({
    queryKey: ['bulk', begun.id, begun.status],
    queryFn: async () => {
      const now = await readBulk(begun.id)
      if (!underway(now)) void client.invalidateQueries({ queryKey: keys.entity(entity.name) })
      return now
    },
    initialData: begun,
    refetchInterval: ({ state }) => (state.data && underway(state.data) ? 600 : false),
  })
  const job = progress.data
  const wrong = job.status === 'undone' || job.status === 'undoing' ? 'kept' : 'refused'
  const problems = useQuery({ queryKey: ['bulk', job.id, wrong, job[wrong]], queryFn: () => readBulk(job.id, wrong), enabled: job[wrong] > 0 && !underway(job) })
  const number = (some: number) => formatDecimal(some, i18n.language, 0)
  const over = job.done + job.refused + job.skipped + job.undone + job.kept
  const lines = (['done', 'skipped', 'refused', 'undone', 'kept'] as const).filter((one) => job[one] > 0)
  return (
    <Dialog
      open
      title={title}
      width={560}
      onClose={onClose}
      footer={(
        <div className={style.foot}>
          {job.undoable ? <Button icon="undo" busy={busy} onClick={onUndo}>{t('list:bulk.undo')}</Button> : null}
          <Button kind="primary" onClick={onClose}>{t(underway(job) ? 'list:bulk.go_on' : 'action.close')}</Button>
        </div>
      )}
    >
      <div className={style.form}>
        {error ? <Notice kind="error">{errorText(error, t)}</Notice> : null}
        {underway(job) ? (
          <div role="status">
            <progress className={style.progress} max={job.total} value={job.status === 'undoing' ? job.undone + job.kept : over} />
            <p className={style.hint}>{t('list:bulk.underway', { done: number(over), total: number(job.total) })}</p>
          </div>
        ) : null}
        <ul className={style.sums}>
          {lines.map((one) => <li key={one} data-kind={one}><Icon name={one === 'done' || one === 'undone' ? 'done' : one === 'skipped' ? 'dot' : 'error'} size={15} /> {t(`list:bulk.result.${one}`, { count: job[one], number: number(job[one]) })}</li>)}
        </ul>
        {problems.data ? <Problems rows={problems.data.rows} more={problems.data.next !== null} entity={entity} /> : null}
      </div>
    </Dialog>
  )
}

function Problems({ rows, more, entity }: { rows: BulkResult[]; more: boolean; entity: EntityModel }) {
  const { t, i18n } = useTranslation()
  const reason = (row: BulkResult): string => {
    const [detail] = row.details ?? []
    const field = detail && entity.fields[detail.path]
    if (row.code === 'invalid' || row.code === 'unique') return `${field ? `${field.label}: ` : ''}${detail?.message ?? row.message ?? ''}`
    const known = `common:error.code.${row.code}`
    return i18n.exists(known) ? t(known) : (row.message ?? '')
  }
  return (
    <div className={style.problems}>
      <ul>
        {rows.map((row) => (
          <li key={row.id} className={style.problem}>
            {row.title ? <Link to={paths.record(entity.name, row.id)} target="_blank">{row.title}</Link> : <span>{t('list:bulk.unknown')}</span>}
            <span>{reason(row)}</span>
          </li>
        ))}
      </ul>
      {more ? <p className={style.hint}>{t('list:bulk.more')}</p> : null}
    </div>
  )
}
