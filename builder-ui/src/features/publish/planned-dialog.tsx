/** Something other than a draft is published: what it does is shown first, a reason asked. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useCallback, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { keys } from '@/api/keys'
import type { Begun, Choices, Plan } from '@/api/publish'
import { errorText } from '@/locales/i18n'
import { Button } from '@/ui/button'
import { Dialog } from '@/ui/dialog'
import { FieldFrame } from '@/ui/field-frame'
import { Notice } from '@/ui/notice'
import { SkeletonRows } from '@/ui/skeleton'
import { TextInput } from '@/ui/text-input'
import { useToast } from '@/ui/toast'
import { PlanView } from './plan-view'
import { Publishing } from './publishing'
import style from './publish-page.module.css'

interface PlannedDialogProps {
  /** What it is known by in the cache. */
  what: string
  title: string
  text: string
  action: string
  note: string
  plan: (choices: Choices) => Promise<Plan>
  publish: (note: string, choices: Choices) => Promise<Begun>
  onClose: () => void
}

export default function PlannedDialog({ what, title, text, action, note: first, plan: ask, publish, onClose }: PlannedDialogProps) {
  const { t } = useTranslation('publish')
  const client = useQueryClient()
  const toast = useToast()
  const [note, setNote] = useState(first)
  const [choices, setChoices] = useState<Choices>({})
  const [job, setJob] = useState<string | null>(null)
  const plan = useQuery({ queryKey: keys.plan(what, choices), queryFn: () => ask(choices), gcTime: 0, retry: false })
  const done = useCallback((now: number) => {
    toast.success(t('return.done', { version: now }))
    void client.invalidateQueries({ queryKey: ['publish'] })
    onClose()
  }, [client, onClose, t, toast])
  const go = useMutation({
    mutationFn: () => publish(note.trim(), choices),
    onSuccess: (begun) => { if (begun.job === undefined) done(begun.version); else setJob(begun.job) },
  })
  const wrong = plan.error ?? go.error
  const errors = (plan.data?.problems ?? []).filter((one) => one.severity === 'error')
  const blocked = !plan.data || plan.data.refused || !plan.data.is_new || note.trim() === ''
  return (
    <Dialog open title={title} width={680} onClose={onClose} footer={job ? null : [
      <Button key="no" onClick={onClose}>{t('common:action.cancel')}</Button>,
      <Button key="yes" kind="primary" icon="publish" busy={go.isPending} disabled={blocked} onClick={() => go.mutate()}>{action}</Button>,
    ]}>
      {job ? <Publishing job={job} onDone={done} /> : (
        <div className={style.stack}>
          {wrong ? <Notice kind="error">{errorText(wrong, t)}</Notice> : null}
          <p>{text}</p>
          {errors.length > 0 ? <Notice kind="error">{errors.slice(0, 5).map((one) => <p key={`${one.file} ${one.path} ${one.message}`}>{one.file} {one.path}: {one.message}</p>)}</Notice> : null}
          {plan.data ? <PlanView plan={plan.data} choices={choices} onChoose={setChoices} /> : plan.error ? null : <SkeletonRows rows={4} height={28} />}
          <FieldFrame label={t('return.note')} required>
            {({ id }) => <TextInput id={id} value={note} onChange={setNote} />}
          </FieldFrame>
        </div>
      )}
    </Dialog>
  )
}
