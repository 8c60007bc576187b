// Where the approval stands: behind, open (with whom, since when), ahead. The initiator can take it back.
import { useMutation, useQuery } from '@tanstack/react-query'
import { useId, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { keys } from '@/api/keys'
import { decideTask, readInstance, urgeInstance, withdrawInstance, type InstanceAnswer } from '@/api/tasks'
import { errorText } from '@/locales/i18n'
import { paths } from '@/model/paths'
import { Button } from '@/ui/button'
import { Card } from '@/ui/card'
import { Dialog } from '@/ui/dialog'
import { Notice } from '@/ui/notice'
import { SkeletonRows } from '@/ui/skeleton'
import { Tag } from '@/ui/tag'
import { useToast } from '@/ui/toast'
import { useForm } from '../form-context'
import { instanceSteps, isRunning, Steps } from './steps'
import style from './approval.module.css'

/** A decision need not change the record, so no event tells of it; while one waits, the panel looks again by itself. */
const REFRESH = 15_000

interface ProgressPanelProps {
  instance: string
  /** Who is signed in. */
  user: string
  onChanged: () => void
}

export function ProgressPanel({ instance, user, onChanged }: ProgressPanelProps) {
  const { t } = useTranslation('record')
  const { language } = useForm()
  const [asking, setAsking] = useState(false)
  const answer = useQuery({ queryKey: keys.instance(instance), queryFn: () => readInstance(instance), refetchInterval: (query) => (query.state.data && isRunning(query.state.data) ? REFRESH : false) })
  if (answer.isPending) return <Card title={t('approval.progress')}><SkeletonRows rows={3} height={40} /></Card>
  if (answer.isError) return <Card title={t('approval.progress')}><Notice kind="error" action={<Button size="small" onClick={() => void answer.refetch()}>{t('retry')}</Button>}>{t('approval.no_progress')}</Notice></Card>
  const steps = instanceSteps(answer.data)
  const { status, outcome, outcome_label, next } = answer.data
  const stopped = Array.isArray(next) ? undefined : (next as { stopped?: string } | undefined)?.stopped
  return (
    <Card
      title={t('approval.progress')}
      aside={isRunning(answer.data)
        ? <Tag color="amber">{t(status === 'returned' ? 'approval.is_returned' : 'approval.running')}</Tag>
        : <Tag color={outcome === 'approved' ? 'green' : outcome === 'rejected' ? 'red' : 'grey'}>{outcome_label ?? t(`outcome.${outcome ?? status}`, { defaultValue: outcome ?? status })}</Tag>}
    >
      <Steps steps={steps} language={language} label={t('approval.progress')} />
      <div className={style.more}><Link to={paths.workflow(instance)}>{t('approval.whole_way')}</Link></div>
      {stopped && <Notice kind="warning">{stopped}</Notice>}
      <Acts instance={answer.data} mayWithdraw={mayWithdraw(answer.data, user)} onWithdraw={() => setAsking(true)} onChanged={() => { void answer.refetch(); onChanged() }} />
      {asking && <WithdrawDialog instance={answer.data} onClose={() => setAsking(false)} onDone={() => { setAsking(false); onChanged() }} />}
    </Card>
  )
}

interface ActsProps {
  instance: InstanceAnswer
  mayWithdraw: boolean
  onWithdraw: () => void
  onChanged: () => void
}

/** What whoever waits can do, and whoever has decided a moment ago. */
function Acts({ instance, mayWithdraw: withdrawable, onWithdraw, onChanged }: ActsProps) {
  const { t } = useTranslation(['record', 'common'])
  const toast = useToast()
  const failed = (error: unknown) => toast.error(errorText(error, t as never))
  const urge = useMutation({ mutationFn: () => urgeInstance(instance.id), onSuccess: () => toast.success(t('record:approval.urged')), onError: failed })
  const taken = instance.can_take_back
  const takeBack = useMutation({ mutationFn: () => decideTask(taken ?? '', 'take_back'), onSuccess: () => { toast.success(t('record:approval.taken_back')); onChanged() }, onError: failed })
  if (!withdrawable && !instance.can_urge && !taken) return null
  return (
    <p className={style.outcome}>
      {taken && <Button size="small" icon="undo" busy={takeBack.isPending} onClick={() => takeBack.mutate()}>{t('record:approval.verb.take_back')}</Button>}
      {instance.can_urge && <Button size="small" icon="bell" busy={urge.isPending} onClick={() => urge.mutate()}>{t('record:approval.urge')}</Button>}
      {withdrawable && <Button size="small" icon="undo" onClick={onWithdraw}>{t('record:withdraw.action')}</Button>}
    </p>
  )
}

/** The server says so where it can; else whoever started it may try. */
export function mayWithdraw(instance: InstanceAnswer, user: string): boolean {
  if (!isRunning(instance)) return false
  const told = instance as InstanceAnswer & { can_withdraw?: boolean; initiator?: string | { id?: string } }
  if (told.can_withdraw !== undefined) return told.can_withdraw
  const initiator = typeof told.initiator === 'object' ? told.initiator.id : told.initiator
  const starter = initiator ?? told.nodes.find((node) => node.kind === 'start')?.people[0]?.id
  return starter === user
}

function WithdrawDialog({ instance, onClose, onDone }: { instance: InstanceAnswer; onClose: () => void; onDone: () => void }) {
  const { t } = useTranslation(['record', 'common'])
  const toast = useToast()
  const area = useId()
  const [reason, setReason] = useState('')
  const withdraw = useMutation({
    mutationFn: () => withdrawInstance(instance.id, reason.trim() === '' ? undefined : reason.trim()),
    onSuccess: () => {
      toast.success(t('record:withdraw.done'))
      onDone()
    },
  })
  return (
    <Dialog
      open
      title={t('record:withdraw.title')}
      onClose={onClose}
      footer={
        <div className={style.foot}>
          <Button onClick={onClose}>{t('record:cancel')}</Button>
          <Button kind="primary" busy={withdraw.isPending} onClick={() => withdraw.mutate()}>{t('record:withdraw.action')}</Button>
        </div>
      }
    >
      <div className={style.form}>
        <p className={style.hint}>{t('record:withdraw.text')}</p>
        <div>
          <label className={style.label} htmlFor={area}>{t('record:approval.note_optional')}</label>
          <textarea id={area} className={style.area} value={reason} maxLength={2000} onChange={(event) => setReason(event.target.value)} />
        </div>
        {withdraw.isError && <Notice kind="error">{errorText(withdraw.error, t as never)}</Notice>}
      </div>
    </Dialog>
  )
}
