import { useQueryClient } from '@tanstack/react-query'
import { lazy, Suspense, useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { keys } from '@/api/keys'
import { renameDraft } from '@/api/studio'
import { errorText } from '@/locales/i18n'
import { paths } from '@/model/paths'
import { Button } from '@/ui/button'
import { Icon } from '@/ui/icon'
import { Popover } from '@/ui/popover'
import { useToast } from '@/ui/toast'
import { isFloating } from '@/ui/typing'
import { useDraftState, useOpenDraft } from './context'
import { Presence } from './presence'
import { ProblemList, type Place } from './problem-list'
import { ReviewBar } from './review-bar'
import style from './draft-header.module.css'

const PublishDialog = lazy(() => import('./publish-dialog'))

interface DraftHeaderProps {
  /** What is being changed. */
  file: string | null
  /** On a phone: back to what there is. */
  onBack: (() => void) | null
  onOpen: (place: Place) => void
}

export function DraftHeader({ file, onBack, onOpen }: DraftHeaderProps) {
  const { t } = useTranslation('studio')
  const open = useOpenDraft()
  const draft = useDraftState((state) => state.draft)
  const last = useDraftState((state) => state.past.at(-1)?.label)
  const next = useDraftState((state) => state.future.at(-1)?.label)
  const [publishing, setPublishing] = useState(false)
  const isOpen = draft.status === 'open' || (draft.status === 'proposed' && draft.may_publish)
  const [listing, setListing] = useState(false)
  const errors = draft.problems.filter((one) => one.severity === 'error').length
  const warnings = draft.problems.length - errors
  const ready = isOpen && (draft.definitions.some((one) => one.changed) || draft.base !== draft.current)
  // Ctrl+Enter is the main act of a page.
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey) || !ready || isFloating(event.target)) return
      event.preventDefault()
      setPublishing(true)
    }
    document.addEventListener('keydown', listen)
    return () => document.removeEventListener('keydown', listen)
  }, [ready])
  return (
    <>
      <header className={style.header} data-pane>
        <div className={style.names}>
          {onBack ? <Button kind="quiet" size="small" icon="back" className={style.back} label={t('draft.all')} onClick={onBack} /> : null}
          <Link to={paths.studio} className={style.above}>{t('title')}</Link>
          <Icon name="right" size={13} />
          <Title key={draft.title} />
          <Saved />
          <Presence file={file} />
        </div>
        <div className={style.acts}>
          <Button kind="quiet" icon="undo" disabled={!last} label={last ? t('draft.undo', { what: last }) : t('draft.undo_none')} onClick={open.undo} />
          <Button kind="quiet" icon="redo" disabled={!next} label={next ? t('draft.redo', { what: next }) : t('draft.redo_none')} onClick={open.redo} />
          <Popover open={listing} onOpenChange={setListing} placement="bottom" flush content={<ProblemList problems={draft.problems} onOpen={(place) => { setListing(false); onOpen(place) }} />}>
            <Button kind="quiet" icon={errors ? 'error' : warnings ? 'warning' : 'done'} className={errors ? style.errors : warnings ? style.warnings : style.fine} expanded={listing}>
              {errors ? t('draft.errors', { count: errors }) : warnings ? t('draft.warnings', { count: warnings }) : t('draft.fine')}
            </Button>
          </Popover>
          <Button kind="primary" icon={draft.may_publish ? 'publish' : 'send'} disabled={!ready} onClick={() => setPublishing(true)}>{t(draft.may_publish ? 'publish.action' : 'review.propose')}</Button>
        </div>
        {publishing ? <Suspense fallback={null}><PublishDialog onClose={() => setPublishing(false)} onOpen={(place) => { setPublishing(false); onOpen(place) }} /></Suspense> : null}
      </header>
      <ReviewBar onReview={() => setPublishing(true)} />
    </>
  )
}

/** The draft's name, changed where it stands. */
function Title() {
  const { t } = useTranslation('studio')
  const open = useOpenDraft()
  const client = useQueryClient()
  const toast = useToast()
  const title = useDraftState((state) => state.draft.title)
  const [text, setText] = useState(title)
  const save = async () => {
    if (text.trim() === title) return
    await open.flush()
    const { draft } = open.store.getState()
    try {
      const answer = await renameDraft(draft.id, draft.version, text.trim())
      open.store.setState({ draft: answer })
      void client.invalidateQueries({ queryKey: keys.drafts, exact: true })
    } catch (error) {
      setText(title)
      toast.error(errorText(error, t))
    }
  }
  return (
    <input
      className={style.title} value={text} placeholder={t('draft.untitled')} aria-label={t('draft.title')} maxLength={200} size={Math.max(12, [...text].length + 2)}
      onChange={(event) => setText(event.target.value)} onBlur={() => void save()}
      onKeyDown={(event) => { if (event.key === 'Enter') event.currentTarget.blur(); if (event.key === 'Escape') { setText(title); event.currentTarget.blur() } }}
    />
  )
}

function Saved() {
  const { t } = useTranslation('studio')
  const open = useOpenDraft()
  const saving = useDraftState((state) => state.saving)
  const failure = useDraftState((state) => state.failure)
  if (saving === 'outdated') {
    return <span className={style.trouble} role="alert">{t('saving.outdated')} <button type="button" className="plain-button" onClick={() => window.location.reload()}>{t('saving.reload')}</button></span>
  }
  if (saving === 'failed') {
    return <span className={style.trouble} role="alert">{errorText(failure, t)} <button type="button" className="plain-button" onClick={() => void open.flush()}>{t('common:action.retry')}</button></span>
  }
  return <span className={style.saved} role="status">{t(saving === 'saved' ? 'saving.saved' : 'saving.saving')}</span>
}
