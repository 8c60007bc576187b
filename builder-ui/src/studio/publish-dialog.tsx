/**
 * From a draft to what is in force: what it does is shown first, then why is asked; conflicts with what others published.
 * Whoever may not publish proposes the draft in the same place.
 */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useCallback, useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useNavigate } from 'react-router'
import { ApiError } from '@/api/client'
import { keys } from '@/api/keys'
import type { Choices } from '@/api/publish'
import { planDraft, publishDraft, rebaseDraft, sayOfDraft, type Choice, type Conflict } from '@/api/studio'
import { PlanView } from '@/features/publish/plan-view'
import { Publishing } from '@/features/publish/publishing'
import { errorText } from '@/locales/i18n'
import { paths } from '@/model/paths'
import { Button } from '@/ui/button'
import { Dialog } from '@/ui/dialog'
import { FieldFrame } from '@/ui/field-frame'
import { Notice } from '@/ui/notice'
import { SkeletonRows } from '@/ui/skeleton'
import { TextInput } from '@/ui/text-input'
import { useToast } from '@/ui/toast'
import { useDraftState, useOpenDraft } from './context'
import { ProblemList, type Place } from './problem-list'
import style from './publish-dialog.module.css'

const conflictsOf = (error: unknown) => (error instanceof ApiError && error.code === 'draft_conflicts' ? (error.body.conflicts as Conflict[]) : null)

export default function PublishDialog({ onClose, onOpen }: { onClose: () => void; onOpen: (place: Place) => void }) {
  const { t } = useTranslation('studio')
  const open = useOpenDraft()
  const client = useQueryClient()
  const navigate = useNavigate()
  const toast = useToast()
  const draft = useDraftState((state) => state.draft)
  const saving = useDraftState((state) => state.saving)
  const [note, setNote] = useState('')
  const [choices, setChoices] = useState<Choices>({})
  const [job, setJob] = useState<string | null>(null)
  const may = draft.may_publish
  useEffect(() => void open.flush(), [open])
  const plan = useQuery({
    queryKey: keys.draftPlan(draft.id, draft.version, choices), enabled: saving === 'saved' && job === null, retry: false, gcTime: 0,
    queryFn: () => planDraft(draft.id, choices),
  })
  const leave = useCallback((text: string) => {
    toast.success(text)
    void client.invalidateQueries()
    void navigate(paths.studio)
  }, [client, navigate, toast])
  const inForce = useCallback((version: number) => leave(t('publish.done', { version })), [leave, t])
  const join = useMutation({
    mutationFn: async (mine: Choice[]) => {
      const { draft: now } = open.store.getState()
      open.replace(await rebaseDraft(now.id, now.version, mine))
    },
    // Joined, it is planned anew; somebody may have published meanwhile.
    onSuccess: () => publish.reset(),
  })
  const publish = useMutation({
    mutationFn: () => publishDraft(draft.id, draft.version, note.trim(), choices),
    onSuccess: (begun) => { if (begun.job === undefined) inForce(begun.version); else setJob(begun.job) },
  })
  const propose = useMutation({ mutationFn: () => sayOfDraft(draft.id, 'propose', note.trim()), onSuccess: () => leave(t('review.proposed')) })
  const conflicts = conflictsOf(plan.error) ?? conflictsOf(publish.error)
  if (conflicts) return <Conflicts conflicts={conflicts} busy={join.isPending} failure={join.error} onClose={onClose} onChosen={(mine) => join.mutate(mine)} />
  const found = plan.data?.problems ?? draft.problems
  const errors = found.filter((one) => one.severity === 'error')
  const failure = publish.error ?? propose.error ?? plan.error
  const blocked = !plan.data || plan.data.refused || note.trim() === ''
  const go = () => { if (!blocked) (may ? publish : propose).mutate() }
  if (job) return <Dialog open title={t('publish.title')} width={560} onClose={onClose}><Publishing job={job} onDone={inForce} /></Dialog>
  return (
    <Dialog open title={t(may ? 'publish.title' : 'review.propose_title')} width={680} onClose={onClose} footer={[
      <Button key="no" onClick={onClose}>{t('common:action.cancel')}</Button>,
      <Button key="yes" kind="primary" icon={may ? 'publish' : 'send'} busy={publish.isPending || propose.isPending} disabled={blocked} onClick={go}>{t(may ? 'publish.action' : 'review.propose')}</Button>,
    ]}>
      <div className={style.body}>
        {failure ? <Notice kind="error" action={plan.error ? <Button size="small" busy={plan.isFetching} onClick={() => void plan.refetch()}>{t('common:action.retry')}</Button> : null}>{errorText(failure, t)}</Notice> : null}
        {may ? null : <Notice kind="info">{t('review.propose_text')}</Notice>}
        {errors.length ? (
          <>
            <Notice kind="error">{t('publish.errors', { count: errors.length })}</Notice>
            <ProblemList problems={errors} onOpen={onOpen} />
          </>
        ) : null}
        <FieldFrame label={t('publish.note')} help={t('publish.note_help')} required>
          {({ id, describedBy }) => <TextInput id={id} describedBy={describedBy} value={note} onChange={setNote} autoFocus onEnter={go} />}
        </FieldFrame>
        {plan.data ? <PlanView plan={plan.data} choices={choices} onChoose={may ? setChoices : undefined} /> : plan.error ? null : <SkeletonRows rows={4} height={28} />}
        <p className={style.effect}>{t(may ? 'publish.effect' : 'review.effects_later')}</p>
      </div>
    </Dialog>
  )
}

interface ConflictsProps {
  conflicts: Conflict[]
  busy: boolean
  failure: unknown
  onClose: () => void
  onChosen: (choices: Choice[]) => void
}

/** Both changed the same: one choice a place, none made for anybody. */
function Conflicts({ conflicts, busy, failure, onClose, onChosen }: ConflictsProps) {
  const { t } = useTranslation('studio')
  const [mine, setMine] = useState<(boolean | null)[]>(() => conflicts.map(() => null))
  const choose = (at: number, value: boolean) => setMine((before) => before.map((old, n) => (n === at ? value : old)))
  const all = (value: boolean) => setMine(conflicts.map(() => value))
  const done = () => onChosen(conflicts.map(({ file, path }, n) => ({ file, path, mine: mine[n] === true })))
  return (
    <Dialog open title={t('conflict.title')} width={640} onClose={onClose} footer={[
      <Button key="no" onClick={onClose}>{t('common:action.cancel')}</Button>,
      <Button key="yes" kind="primary" busy={busy} disabled={mine.includes(null)} onClick={done}>{t('conflict.done')}</Button>,
    ]}>
      <div className={style.body}>
        {failure ? <Notice kind="error">{errorText(failure, t)}</Notice> : null}
        <p>{t('conflict.text')}</p>
        <div className={style.all}><Button size="small" onClick={() => all(true)}>{t('conflict.all_mine')}</Button><Button size="small" onClick={() => all(false)}>{t('conflict.all_theirs')}</Button></div>
        {conflicts.map((conflict, n) => (
          <fieldset key={`${conflict.file} ${conflict.path.join(' ')}`} className={style.conflict}>
            <legend>{conflict.path.join(' › ')} <span className={style.kind}>{conflict.file}</span></legend>
            {([true, false] as const).map((side) => (
              <label key={String(side)} className={style.side}>
                <input type="radio" name={`conflict-${n}`} checked={mine[n] === side} onChange={() => choose(n, side)} />
                <span className={style.kind}>{t(side ? 'conflict.mine' : 'conflict.theirs')}</span>
                <code>{said(side ? conflict.mine : conflict.theirs, t('conflict.removed'))}</code>
              </label>
            ))}
          </fieldset>
        ))}
      </div>
    </Dialog>
  )
}

const said = (value: unknown, removed: string): string => (value === null || value === undefined ? removed : typeof value === 'string' ? value : JSON.stringify(value))
