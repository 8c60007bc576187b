/** From a draft to what is in force: what changes, what stands in the way, why; conflicts with what others published. */
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useNavigate } from 'react-router'
import { ApiError } from '@/api/client'
import { publishDraft, rebaseDraft, type Choice, type Conflict, type Diagnostic } from '@/api/studio'
import { errorText } from '@/locales/i18n'
import { paths } from '@/model/paths'
import { Button } from '@/ui/button'
import { Dialog } from '@/ui/dialog'
import { FieldFrame } from '@/ui/field-frame'
import { Notice } from '@/ui/notice'
import { TextInput } from '@/ui/text-input'
import { useToast } from '@/ui/toast'
import { useDraftState, useOpenDraft } from './context'
import { ProblemList, type Place } from './problem-list'
import style from './publish-dialog.module.css'

export default function PublishDialog({ onClose, onOpen }: { onClose: () => void; onOpen: (place: Place) => void }) {
  const { t } = useTranslation('studio')
  const open = useOpenDraft()
  const client = useQueryClient()
  const navigate = useNavigate()
  const toast = useToast()
  const draft = useDraftState((state) => state.draft)
  const [note, setNote] = useState('')
  const [conflicts, setConflicts] = useState<Conflict[] | null>(null)
  const errors = draft.problems.filter((one) => one.severity === 'error')
  const changed = draft.definitions.filter((one) => one.changed)
  const publish = useMutation({
    mutationFn: async (choices: Choice[] | null) => {
      await open.flush()
      let { draft: now } = open.store.getState()
      if (choices) {
        now = await rebaseDraft(now.id, now.version, choices)
        open.replace(now)
        setConflicts(null)
      }
      return publishDraft(now.id, now.version, note)
    },
    onSuccess: (report) => {
      toast.success(t('publish.done', { version: report.version }))
      void client.invalidateQueries()
      void navigate(paths.studio)
    },
    onError: (error) => {
      if (error instanceof ApiError && error.code === 'draft_conflicts') setConflicts(error.body.conflicts as Conflict[])
    },
  })
  const refused = publish.error instanceof ApiError && publish.error.code === 'definitions' ? (publish.error.body.problems as Diagnostic[]) : null
  if (conflicts) return <Conflicts conflicts={conflicts} busy={publish.isPending} onClose={onClose} onChosen={(choices) => publish.mutate(choices)} />
  const blocked = errors.length > 0 || !draft.may_publish
  return (
    <Dialog open title={t('publish.title')} width={560} onClose={onClose} footer={[
      <Button key="no" onClick={onClose}>{t('common:action.cancel')}</Button>,
      <Button key="yes" kind="primary" icon="publish" busy={publish.isPending} disabled={blocked} onClick={() => publish.mutate(null)}>{t('publish.action')}</Button>,
    ]}>
      <div className={style.body}>
        {publish.error && !refused ? <Notice kind="error">{errorText(publish.error, t)}</Notice> : null}
        {draft.may_publish ? null : <Notice kind="info">{t('publish.not_allowed')}</Notice>}
        {errors.length || refused ? (
          <>
            <Notice kind="error">{t('publish.errors', { count: (refused ?? errors).length })}</Notice>
            <ProblemList problems={refused ?? errors} onOpen={onOpen} />
          </>
        ) : null}
        <section>
          <h3>{t('publish.changes', { count: changed.length })}</h3>
          <ul className={style.changes}>
            {changed.map((one) => <li key={one.file}><span className={style.kind}>{t(`kind.${one.kind ?? 'pack'}`)}</span> {one.label ?? one.name}</li>)}
          </ul>
        </section>
        <FieldFrame label={t('publish.note')} help={t('publish.note_help')}>
          {({ id, describedBy }) => <TextInput id={id} describedBy={describedBy} value={note} onChange={setNote} autoFocus onEnter={() => { if (!blocked) publish.mutate(null) }} />}
        </FieldFrame>
        <p className={style.effect}>{t('publish.effect')}</p>
      </div>
    </Dialog>
  )
}

interface ConflictsProps {
  conflicts: Conflict[]
  busy: boolean
  onClose: () => void
  onChosen: (choices: Choice[]) => void
}

/** Both changed the same: one choice a place, none made for anybody. */
function Conflicts({ conflicts, busy, onClose, onChosen }: ConflictsProps) {
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
