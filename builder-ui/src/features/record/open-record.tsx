// An open record: the page around its form.
import { useQueryClient } from '@tanstack/react-query'
import { lazy, Suspense, useCallback, useEffect, useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useLocation, useNavigate } from 'react-router'
import { useStore } from 'zustand'
import { useSession } from '@/api/app-context'
import { keys } from '@/api/keys'
import { isFlag, usePreference } from '@/api/preferences'
import type { RecordAnswer } from '@/api/records'
import { formatAgo, formatDatetime } from '@/fields/dates'
import type { ComboOption } from '@/fields/widgets/combobox'
import type { EntityModel } from '@/model/app'
import type { Titles } from '@/model/record'
import { paths } from '@/model/paths'
import { Button } from '@/ui/button'
import { Notice } from '@/ui/notice'
import { phone, useMedia } from '@/ui/use-media'
import { ApprovalPanel } from './approval/approval-panel'
import { ProgressPanel } from './approval/progress-panel'
import { ReturnedNotice } from './approval/returned-notice'
import { SubmitDialog } from './approval/submit-dialog'
import { opened } from './approval/verbs'
import { ConflictDialog } from './conflict-dialog'
import { Editors } from './editors'
import { ErrorSummary } from './error-summary'
import { FormContext } from './form-context'
import { FormLayout } from './form/form-layout'
import { RecordHeader } from './header/record-header'
import { LeaveGuard } from './leave-guard'
import { offered, type Offered } from './model/lifecycle'
import type { Values } from './model/store'
import { Timeline } from './timeline/timeline'
import { mergeable, useActions } from './use-actions'
import { useDraft } from './use-draft'
import { useRecordForm, withOpened } from './use-record-form'
import { useRemote } from './use-remote'
import { useSave } from './use-save'
import { isDirty, useUnsaved } from './use-unsaved'
import style from './record.module.css'

const MergeDialog = lazy(() => import('./merge-dialog'))
const DuplicateDialog = lazy(async () => ({ default: (await import('./duplicate-dialog')).DuplicateDialog }))
// What an administrator does to a person beside changing the record.
const EraseDialog = lazy(() => import('@/features/administration/erase-dialog'))
const ExplainDialog = lazy(() => import('@/features/administration/explain-dialog'))
const BuildMenu = lazy(() => import('@/features/build/build-menu'))
const UserActions = lazy(async () => ({ default: (await import('@/features/people/user-actions')).UserActions }))

interface OpenRecordProps {
  entity: EntityModel
  /** Null for a record that is not saved yet. */
  answer: RecordAnswer | null
  start: { values: Values; titles: Titles }
}

export function OpenRecord({ entity: known, answer, start }: OpenRecordProps) {
  const task = answer?.task
  const entity = useMemo(() => withOpened(known, task), [known, task])
  const { t } = useTranslation('record')
  const { user } = useSession()
  const client = useQueryClient()
  const navigate = useNavigate()
  const location = useLocation()
  const small = useMedia(phone)
  const wide = useMedia('(min-width: 1240px)')
  const [aside, setAside] = usePreference('record.aside', isFlag)
  // The column at the side gives its room to the form; what is in it then stands below.
  const beside = wide && answer !== null && (aside ?? true)
  const context = useRecordForm(entity, answer, start)
  const { form, language } = context
  const id = answer?.record.id ?? null
  const locked = answer?.record.deleted_at !== undefined && answer?.record.deleted_at !== null
  const maySave = !locked && (answer === null ? entity.can.create : answer.can.update && answer.can.fields.length > 0)
  const mayWrite = maySave || (!locked && task !== undefined && opened(task, { verb: 'approve' }).length > 0)

  const unsaved = useUnsaved(form, entity, user.id, id, mayWrite)
  const { computing } = useDraft(form, entity, mayWrite)
  const dirty = useStore(form.store, (state) => isDirty(entity, state))
  const dirtyNow = useCallback(() => isDirty(entity, form.store.getState()), [entity, form])
  const saving = useSave(context, () => unsaved.forget())
  const remote = useRemote(form, entity, answer)
  const [round, setRound] = useState(0)
  const attempted = useStore(form.store, (state) => state.attempted)
  // Drawn again with every change, so that what is mended goes from the list at once.
  useStore(form.store, (state) => (attempted ? state : null))
  const [requires, setRequires] = useState<readonly string[]>([])
  const problems = attempted ? saving.problems(requires) : []
  const onward = (location.state as { onward?: string } | null)?.onward
  const [submitting, setSubmitting] = useState<Offered | null>(
    () => offered(entity.lifecycle, answer?.can.transitions ?? []).find((one) => one.name === onward && one.workflow) ?? null,
  )
  const transitions = locked ? [] : offered(entity.lifecycle, answer === null ? firstTransitions(entity) : answer.can.transitions)

  const refresh = useCallback((): void => {
    if (id === null) return
    void client.invalidateQueries({ queryKey: keys.record(entity.name, id) })
    void client.invalidateQueries({ queryKey: keys.timeline(entity.name, id) })
    void client.invalidateQueries({ queryKey: keys.instances })
    void client.invalidateQueries({ queryKey: [...keys.entity(entity.name), 'list'] })
  }, [client, entity, id])

  const take = useCallback(
    (fresh: RecordAnswer): void => {
      form.reset(fresh.record, fresh.titles)
      unsaved.forget()
      client.setQueryData(keys.record(entity.name, fresh.record.id), fresh)
      refresh()
    },
    [client, entity, form, refresh, unsaved],
  )

  const save = useCallback(
    async (demanded: readonly string[] = [], next?: string, distinct?: string): Promise<boolean> => {
      setRequires(demanded)
      const result = await saving.save(demanded, distinct)
      if (result.kind === 'refused') {
        setRound((count) => count + 1)
        return false
      }
      if (result.answer && id === null) {
        void navigate(paths.record(entity.name, result.answer.record.id), { replace: true, state: next ? { onward: next } : null })
      }
      return true
    },
    [entity, id, navigate, saving],
  )

  const refuse = useCallback(
    (error: unknown): void => {
      setSubmitting(null)
      saving.fail(error)
      setRound((count) => count + 1)
    },
    [saving],
  )

  const [explaining, setExplaining] = useState(false)
  const explain = user.admin ? () => setExplaining(true) : null
  const [erasing, setErasing] = useState(false)
  const holdsPersonal = Object.values(entity.fields).some((field) => field.personal || Object.values(field.fields ?? {}).some((inner) => inner.personal))
  const erase = user.admin && holdsPersonal ? () => setErasing(true) : null
  const [merging, setMerging] = useState<{ other: ComboOption | null } | null>(null)
  const actions = useActions({ context, answer, dirty: dirtyNow, save, take, refresh, refuse, submit: setSubmitting, explain, erase, merge: () => setMerging({ other: null }) })

  const primary = transitions[0]
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (!(event.ctrlKey || event.metaKey) || event.altKey) return
      // Dialogs have keys of their own.
      if (event.target instanceof Element && event.target.closest('[role="dialog"]')) return
      if (event.key.toLowerCase() === 's') {
        event.preventDefault()
        settleEntry()
        if (maySave && !saving.busy && (dirtyNow() || id === null)) void save()
      } else if (event.key === 'Enter' && !event.defaultPrevented && primary && !saving.busy) {
        event.preventDefault()
        settleEntry()
        void actions.run(primary)
      }
    }
    document.addEventListener('keydown', onKey)
    return () => document.removeEventListener('keydown', onKey)
  }, [actions, dirtyNow, id, maySave, primary, save, saving.busy])

  return (
    <FormContext value={context}>
      <div className={style.page}>
        <RecordHeader
          dirty={dirty}
          busy={saving.busy || actions.busy}
          computing={computing}
          // Where the state leaves little open, Save waits until there is something to save.
          maySave={maySave && (dirty || answer === null || answer.can.fields === 'all')}
          transitions={small && answer?.task ? [] : transitions}
          menu={actions.menu}
          extra={(
            <Suspense fallback={null}>
              {user.builder && !small ? <BuildMenu entity={entity} /> : null}
              {entity.name === 'user' && user.admin && answer !== null && !locked ? <UserActions person={{ id: answer.record.id, name: String(answer.record.title ?? '') }} active={answer.record.active !== false} named={!small} icon="key" /> : null}
            </Suspense>
          )}
          editors={<Editors entity={entity.name} id={id} editing={dirty && !locked} />}
          aside={wide && id !== null ? { open: beside, toggle: () => setAside(!beside) } : null}
          onSave={() => void save()}
          onTransition={(transition) => void actions.run(transition)}
        />
        <div className={`${style.columns} ${beside ? style.two : ''}`}>
          <div className={style.main}>
            {locked && (
              <Notice kind="warning" action={<Button size="small" busy={actions.busy} onClick={() => void actions.restore()}>{t('trash.restore')}</Button>}>
                {t('trash.notice', { when: formatAgo(answer.record.deleted_at ?? '', language) })}
              </Notice>
            )}
            {unsaved.restored && dirty && (
              <Notice kind="info" action={<Button size="small" onClick={unsaved.discard}>{t('unsaved.discard')}</Button>}>
                {t(unsaved.restored.outdated ? 'unsaved.restored_outdated' : 'unsaved.restored', { when: formatDatetime(unsaved.restored.at, language) })}
              </Notice>
            )}
            {remote.news && (
              <Notice kind="warning" action={<Button size="small" onClick={() => { if (remote.news) saving.bringIn(remote.news.record, remote.news.titles) }}>{t('remote.bring_in')}</Button>}>
                {t('remote.changed', { name: remote.news.titles[remote.news.record.updated_by ?? ''] ?? t('remote.somebody') })}
              </Notice>
            )}
            {answer?.instance?.returned && answer.instance.status === 'returned' && <ReturnedNotice returned={answer.instance.returned} />}
            <ErrorSummary problems={problems} failure={saving.failure} round={round} />
            {answer?.task && !beside && <ApprovalPanel task={answer.task} instance={answer.instance?.id ?? null} onDecided={refresh} onRefused={refuse} />}
            <FormLayout />
            {answer && <Meta answer={answer} language={language} />}
          </div>
          {answer && id !== null && (
            <aside className={style.side} aria-label={t('side')}>
              {answer.task && beside && <ApprovalPanel task={answer.task} instance={answer.instance?.id ?? null} onDecided={refresh} onRefused={refuse} />}
              {answer.instance && <ProgressPanel instance={answer.instance.id} user={user.id} onChanged={refresh} />}
              <Timeline entity={entity.name} id={id} />
            </aside>
          )}
        </div>
        {erasing && id !== null && <Suspense fallback={null}><EraseDialog record={{ entity: entity.name, id, title: answer?.record.title ?? '' }} onErased={refresh} onClose={() => setErasing(false)} /></Suspense>}
        {explaining && id !== null && <Suspense fallback={null}><ExplainDialog record={{ entity: entity.name, id }} onClose={() => setExplaining(false)} /></Suspense>}
        {submitting && id !== null && (
          <SubmitDialog
            transition={submitting.name}
            label={submitting.label}
            onClose={() => setSubmitting(null)}
            onRefused={refuse}
            onDone={(fresh) => {
              setSubmitting(null)
              actions.told(submitting)
              take(fresh)
            }}
          />
        )}
        {saving.stale && (
          <ConflictDialog
            stale={saving.stale}
            by={saving.stale.titles[saving.stale.current.updated_by ?? ''] ?? form.store.getState().titles[saving.stale.current.updated_by ?? ''] ?? null}
            onSettle={saving.settle}
            onClose={saving.dismiss}
          />
        )}
        {merging && id !== null && (
          <Suspense fallback={null}>
            <MergeDialog
              entity={entity}
              id={id}
              other={merging.other}
              onClose={() => setMerging(null)}
              onMerged={(winner) => {
                setMerging(null)
                void navigate(paths.record(entity.name, winner), { replace: true })
              }}
            />
          </Suspense>
        )}
        {saving.alike && (
          <Suspense fallback={null}>
            <DuplicateDialog
              found={saving.alike}
              onClose={saving.dismiss}
              onMerge={id !== null && mergeable(entity, answer) ? (other) => {
                saving.dismiss()
                setMerging({ other })
              } : null}
              onDistinct={(why) => {
                saving.dismiss()
                void save(requires, undefined, why)
              }}
            />
          </Suspense>
        )}
        <LeaveGuard dirty={dirtyNow} save={() => save()} discard={unsaved.discard} />
      </div>
    </FormContext>
  )
}

/** What a new record could do once it is saved. */
function firstTransitions(entity: EntityModel): string[] {
  const { lifecycle } = entity
  if (!lifecycle) return []
  return Object.entries(lifecycle.transitions).filter(([, one]) => one.from.includes(lifecycle.start) && one.workflow).map(([name]) => name)
}

/** A cell that is being edited gives its entry before a key of the page acts on it. */
function settleEntry(): void {
  const element = document.activeElement
  if (element instanceof HTMLElement && element.matches('input, textarea')) {
    element.blur()
    element.focus({ preventScroll: true })
  }
}

function Meta({ answer, language }: { answer: RecordAnswer; language: string }) {
  const { t } = useTranslation('record')
  const { created_at, created_by, updated_at, updated_by, version } = answer.record
  const name = (id: string | null | undefined): string => answer.titles[id ?? ''] ?? ''
  return (
    <p className={style.meta}>
      {created_at && t('meta.created', { when: formatDatetime(created_at, language), name: name(created_by), context: name(created_by) ? 'by' : undefined })}
      {updated_at && version > 1 && <> · {t('meta.updated', { when: formatDatetime(updated_at, language), name: name(updated_by), context: name(updated_by) ? 'by' : undefined })}</>}
    </p>
  )
}
