// Deciding several tasks in the same way: one last look, the reason for all, and what became of each.
import { useMutation } from '@tanstack/react-query'
import { useId, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { decideTasks, type BatchVerb, type Decided, type Task } from '@/api/tasks'
import { errorText } from '@/locales/i18n'
import { paths } from '@/model/paths'
import { Button } from '@/ui/button'
import { Dialog } from '@/ui/dialog'
import { Icon } from '@/ui/icon'
import { Notice } from '@/ui/notice'
import style from './batch.module.css'

interface BatchDialogProps {
  verb: BatchVerb
  tasks: readonly Task[]
  onDecided: () => void
  onClose: () => void
}

const KNOWN = new Set(['task_done', 'not_batched', 'stale', 'invalid', 'forbidden', 'suspended'])

export function BatchDialog({ verb, tasks, onDecided, onClose }: BatchDialogProps) {
  const { t } = useTranslation(['batch', 'common'])
  const area = useId()
  const [asked] = useState(tasks)
  const [reason, setReason] = useState('')
  const [tried, setTried] = useState(false)
  const needed = verb === 'reject'
  const lacks = needed && reason.trim() === ''
  const decide = useMutation({
    mutationFn: () => decideTasks(verb, asked.map((task) => task.id), reason.trim() === '' ? undefined : reason.trim()),
    onSuccess: onDecided,
  })
  const rows = decide.data?.rows
  return (
    <Dialog
      open
      title={rows ? t('batch:result') : t(`batch:ask_${verb}`, { count: asked.length })}
      width={480}
      onClose={onClose}
      footer={rows
        ? <div className={style.foot}><Button kind="primary" onClick={onClose}>{t('batch:close')}</Button></div>
        : (
          <div className={style.foot}>
            <Button onClick={onClose}>{t('common:action.cancel')}</Button>
            <Button kind={verb === 'reject' ? 'danger' : 'primary'} busy={decide.isPending} onClick={() => { setTried(true); if (!lacks) decide.mutate() }}>{t(`batch:${verb}`)}</Button>
          </div>
        )}
    >
      {rows ? <Results verb={verb} tasks={asked} rows={rows} /> : (
        <div className={style.form}>
          <ul className={style.asked}>{asked.map((task) => <li key={task.id}><strong>{task.title}</strong><span>{task.initiator_name}</span></li>)}</ul>
          <div>
            <label className={style.label} htmlFor={area}>{t(needed ? 'batch:reason' : 'batch:reason_optional')}{needed && <i aria-hidden="true"> *</i>}</label>
            <textarea id={area} className={style.area} value={reason} maxLength={2000} aria-required={needed} aria-invalid={tried && lacks} aria-describedby={tried && lacks ? `${area}-error` : undefined} onChange={(event) => setReason(event.target.value)} />
            {tried && lacks && <p id={`${area}-error`} className={style.error} role="alert">{t('batch:need_reason')}</p>}
          </div>
          {decide.isError && <Notice kind="error">{errorText(decide.error, t as never)}</Notice>}
        </div>
      )}
    </Dialog>
  )
}

function Results({ verb, tasks, rows }: { verb: BatchVerb; tasks: readonly Task[]; rows: readonly Decided[] }) {
  const { t } = useTranslation('batch')
  const bad = rows.filter((row) => !row.ok).length
  const of = (row: Decided) => tasks.find((task) => task.id === row.id)
  return (
    <div className={style.form}>
      {rows.length > bad && <Notice kind="success">{t('result_good', { count: rows.length - bad })}</Notice>}
      {bad > 0 && <Notice kind="warning">{t('result_bad', { count: bad })}</Notice>}
      <ul className={style.results}>
        {rows.map((row) => {
          const task = of(row)
          const code = row.error?.code ?? 'other'
          return (
            <li key={row.id} data-bad={!row.ok || undefined}>
              <Icon name={row.ok ? 'check' : 'close'} size={14} />
              <span>
                {task ? <Link to={paths.record(task.entity, task.record)}>{task.title}</Link> : row.id}
                <em>{row.ok ? t(verb === 'approve' ? 'approved' : 'rejected') : t(`error.${KNOWN.has(code) ? code : 'other'}`)}</em>
              </span>
            </li>
          )
        })}
      </ul>
    </div>
  )
}
