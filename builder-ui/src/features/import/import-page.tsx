/** One import, from what the columns mean to what came of it. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link, useNavigate, useParams } from 'react-router'
import { dryRun, readImport, refusedRows, runImport, stopImport, undoImport, uploadImport, type ImportJob, type ImportPlan, type ImportUpload } from '@/api/imports'
import { keys } from '@/api/keys'
import { errorText } from '@/locales/i18n'
import { formatDecimal } from '@/model/format'
import { paths } from '@/model/paths'
import { Button } from '@/ui/button'
import { Card } from '@/ui/card'
import { useConfirm } from '@/ui/confirm'
import { Empty } from '@/ui/empty'
import { Failure } from '@/ui/failure'
import { Notice } from '@/ui/notice'
import { Page } from '@/ui/page'
import { Progress } from '@/ui/progress'
import { SkeletonRows } from '@/ui/skeleton'
import { StatusTag } from './import-rows'
import { MappingForm } from './mapping-form'
import { ProblemTable } from './problem-table'
import { SummaryTable } from './summary-table'
import { Steps } from './steps'
import { keepUpload, keptFile, readUpload } from './upload-store'
import style from './import-page.module.css'

const moving = (job: ImportJob | undefined) => job !== undefined && ['checking', 'running', 'stopping', 'undoing'].includes(job.status)

export default function ImportPage() {
  const { t } = useTranslation()
  const { id = '' } = useParams()
  const client = useQueryClient()
  const job = useQuery({
    queryKey: keys.import(id),
    queryFn: () => readImport(id),
    refetchInterval: (query) => (moving(query.state.data) ? 700 : false),
  })
  const [error, setError] = useState<string | null>(null)
  const [busy, setBusy] = useState(false)
  const [remapping, setRemapping] = useState(false)

  const act = async (what: () => Promise<ImportJob>) => {
    setBusy(true)
    setError(null)
    try {
      await what()
      setRemapping(false)
      await client.invalidateQueries({ queryKey: keys.imports })
    } catch (cause) {
      setError(errorText(cause, t))
    } finally {
      setBusy(false)
    }
  }

  const data = job.data
  return (
    <Page title={data?.file ?? t('shell.imports')} width="wide" above={{ label: t('shell.imports'), to: paths.imports }} beside={data ? <StatusTag status={data.status} /> : null}>
      {error ? <div className={style.gap}><Notice kind="error">{error}</Notice></div> : null}
      {job.isPending ? <Card flush><SkeletonRows rows={6} height={52} /></Card> : null}
      {job.error ? <Failure error={job.error} onRetry={() => void job.refetch()} /> : null}
      {data ? (
        <>
          <Steps at={data.status === 'uploaded' || remapping ? 0 : data.status === 'checking' || data.status === 'checked' ? 1 : data.status === 'done' ? 3 : 2} />
          {data.status === 'uploaded' || remapping
            ? <Mapping job={data} busy={busy} onCheck={(plan) => void act(() => dryRun(id, plan))} />
            : <Result job={data} busy={busy} onRun={() => void act(() => runImport(id))} onUndo={(touched) => void act(() => undoImport(id, touched))} onStop={(keep) => void act(() => stopImport(id, keep))} onRemap={() => setRemapping(true)} />}
        </>
      ) : null}
    </Page>
  )
}

function Mapping({ job, busy, onCheck }: { job: ImportJob; busy: boolean; onCheck: (plan: ImportPlan) => void }) {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const [upload, setUpload] = useState(() => readUpload(job.id) ?? asUpload(job))
  const [error, setError] = useState<string | null>(null)
  const file = keptFile(job.id)
  if (!upload) {
    return <Empty icon="spreadsheet" title={t('import:forgotten')} text={t('import:forgotten_text')}><Button onClick={() => void navigate(paths.imports)}>{t('import:again')}</Button></Empty>
  }
  // Another sheet has other headings: the file is read again.
  const readSheet = async (sheet: string) => {
    if (!file) return
    try {
      const answer = await uploadImport(file, sheet)
      keepUpload(answer, file)
      setUpload(answer)
      await navigate(paths.import(answer.id), { replace: true })
    } catch (cause) {
      setError(errorText(cause, t))
    }
  }
  return (
    <>
      {error ? <Notice kind="error">{error}</Notice> : null}
      <MappingForm key={upload.id} upload={upload} busy={busy} onCheck={onCheck} onSheet={file ? (sheet) => void readSheet(sheet) : undefined} />
    </>
  )
}

/** After a reload on another day: the columns are known, only the suggestions are not. */
function asUpload(job: ImportJob): ImportUpload | null {
  const { id, file, headings, sample = [], sheets = [], sheet } = job
  return headings?.length ? { id, file, headings, sample, sheets, ...(sheet ? { sheet } : {}), suggestion: { entity: job.entity ?? null }, imports: [] } : null
}

interface ResultProps {
  job: ImportJob
  busy: boolean
  onRun: () => void
  onUndo: (touched: boolean) => void
  onStop: (keep: boolean) => void
  onRemap: () => void
}

function Result({ job, busy, onRun, onUndo, onStop, onRemap }: ResultProps) {
  const { t, i18n } = useTranslation()
  const confirm = useConfirm()
  const number = (value: number) => formatDecimal(value, i18n.language, 0)
  const totals = Object.values(job.summary ?? {})
  const writes = totals.reduce((sum, one) => sum + one.create + one.update, 0)
  const undo = async () => {
    if (await confirm({ title: t('import:undo_title'), text: t('import:undo_text', { number: number(writes) }), action: t('import:undo'), cancel: t('action.cancel'), danger: true })) onUndo(false)
  }
  const kept = job.kept ?? 0
  const undoAll = async () => {
    if (await confirm({ title: t('import:undo_touched'), text: t('import:undo_touched_text', { number: number(kept) }), action: t('import:undo'), cancel: t('action.cancel'), danger: true })) onUndo(true)
  }
  const minutes = Math.ceil((job.remaining ?? 0) / 60)
  if (moving(job)) {
    const label = t(`import:${job.status}`)
    return (
      <Card>
        <div className={style.moving}>
          <p role="status">{label}</p>
          <Progress value={job.done} max={job.total} label={label} />
          <p className={style.soft}>{job.total > 0 ? t('import:rows_done', { done: number(job.done), total: number(job.total) }) : job.done > 0 ? t('import:rows_so_far', { done: number(job.done) }) : null}</p>
          {job.rate ? <p className={style.soft}>{t('import:pace', { rate: number(Math.round(job.rate)) })}{job.remaining ? ` · ${t('import:minutes_left', { count: minutes })}` : ''}</p> : null}
          {job.status === 'running' ? (
            <div className={style.actions}>
              <Button busy={busy} onClick={() => onStop(true)}>{t('import:stop_keep')}</Button>
              <Button kind="danger" busy={busy} onClick={() => onStop(false)}>{t('import:stop_undo')}</Button>
            </div>
          ) : job.status === 'checking' ? <div className={style.actions}><Button busy={busy} onClick={() => onStop(false)}>{t('import:stop')}</Button></div> : null}
        </div>
      </Card>
    )
  }
  return (
    <div className={style.stack}>
      {job.status === 'failed' ? <Notice kind="error">{job.error ?? t('import:failed')}</Notice> : null}
      {job.status === 'undone' && kept === 0 ? <Notice kind="info">{t('import:undone')}</Notice> : null}
      {job.status === 'undone' && kept > 0 ? (
        <Notice kind="warning" action={job.undo_until ? <Button size="small" busy={busy} onClick={() => void undoAll()}>{t('import:undo_touched')}</Button> : undefined}>
          <p>{t('import:kept', { count: kept, number: number(kept) })}</p>
          <ul className={style.kept}>
            {(job.kept_records ?? []).slice(0, 20).map((one) => (
              <li key={one.id}><Link to={paths.record(one.entity, one.id)}>{one.title}</Link> · {t(`import:kept_${one.why}`)}</li>
            ))}
          </ul>
        </Notice>
      ) : null}
      {job.status === 'done' ? <Notice kind="success">{t(job.stopped ? 'import:stopped' : 'import:finished', { number: number(writes) })}</Notice> : null}
      {totals.length > 0 ? <Card flush title={t(job.status === 'checked' ? 'import:would' : 'import:did')}><SummaryTable summary={job.summary} future={job.status === 'checked'} link={job.status === 'done'} /></Card> : null}
      {job.problem_count > 0 ? (
        <Card flush title={t('import:problems', { count: job.problem_count, number: number(job.problem_count) })}>
          <ProblemTable problems={job.problems ?? []} total={job.problem_count} />
        </Card>
      ) : job.status === 'checked' ? <Notice kind="success">{t('import:no_problems')}</Notice> : null}
      <div className={style.actions}>
        {job.status === 'checked' ? <Button kind="primary" size="large" busy={busy} disabled={writes === 0} onClick={onRun}>{t('import:run', { number: number(writes) })}</Button> : null}
        {job.status === 'checked' || job.status === 'failed' ? <Button size="large" onClick={onRemap}>{t('import:remap')}</Button> : null}
        {job.problem_count > 0 ? <Button icon="download" onClick={() => window.location.assign(refusedRows(job.id))}>{t('import:refused_rows')}</Button> : null}
        {job.status === 'done' ? <Button icon="undo" busy={busy} onClick={() => void undo()}>{t('import:undo')}</Button> : null}
        {job.status === 'checked' && job.problem_count > 0 ? <p className={style.soft}>{t('import:rows_left_out')}</p> : null}
      </div>
    </div>
  )
}
