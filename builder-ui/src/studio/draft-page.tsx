/** A draft: what there is on the left, what one works on in the middle, and above what became of it. */
import { useQuery } from '@tanstack/react-query'
import { lazy, Suspense, useEffect, useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { useBlocker, useParams, useSearchParams } from 'react-router'
import { useStore } from 'zustand'
import { ApiError } from '@/api/client'
import { keys } from '@/api/keys'
import { readDefinition, readDraft, saveDraft, type Draft } from '@/api/studio'
import { paths } from '@/model/paths'
import { useDocumentTitle } from '@/ui/document-title'
import { Empty } from '@/ui/empty'
import { Failure } from '@/ui/failure'
import { Page } from '@/ui/page'
import { SkeletonRows } from '@/ui/skeleton'
import { Catalog } from './catalog'
import { DraftContext, textsPage } from './context'
import { DraftHeader } from './draft-header'
import { useDraftKeys } from './draft-keys'
import { Editor } from './editor'
import './icons'
import { openDraft } from './model/draft-store'
import style from './draft-page.module.css'

const TextGrid = lazy(() => import('./texts/text-grid'))
const NewPartDialog = lazy(() => import('./new/new-part-dialog'))

export default function DraftPage() {
  const { t } = useTranslation('studio')
  const { draft: id = '' } = useParams()
  // What is open is changed here and nowhere else; it must not be read again under one's hands.
  const read = useQuery({ queryKey: keys.draft(id), queryFn: () => readDraft(id), staleTime: Infinity, gcTime: 0, refetchOnWindowFocus: false })
  if (read.error) {
    return (
      <Page title={t('title')} above={{ label: t('title'), to: paths.studio }} width="narrow">
        <Failure error={read.error} onRetry={() => void read.refetch()} />
      </Page>
    )
  }
  if (!read.data) return <div className={style.waiting}><SkeletonRows rows={8} height={44} /></div>
  return <OpenPage key={id} id={id} first={read.data} />
}

function OpenPage({ id, first }: { id: string; first: Draft }) {
  const { t } = useTranslation('studio')
  const open = useMemo(() => openDraft(first, {
    read: async (file) => {
      try {
        return (await readDefinition(id, file)).definition
      } catch (error) {
        if (error instanceof ApiError && error.status === 404) return null
        throw error
      }
    },
    save: (version, files) => saveDraft(id, version, files),
  }), [id, first])
  const draft = useStore(open.store, (state) => state.draft)
  const [search, setSearch] = useSearchParams()
  const file = search.get('file')
  useDocumentTitle(draft.title || t('draft.untitled'))
  useLeaving(open)
  useDraftKeys(open)
  const choose = (next: string) => setSearch((before) => { before.set('file', next); before.delete('at'); return before })
  const about = draft.definitions.find((one) => one.file === file)
  const isTexts = file === textsPage
  // Something new is asked for in the address, so that one comes to it from anywhere; `any` leaves open what.
  const fresh = search.get('fresh')
  const ask = (kind: string, of: string | null) => setSearch((before) => { before.set('fresh', kind); if (of) before.set('of', of); else before.delete('of'); return before })
  const asked = (made: string | null) => setSearch((before) => {
    for (const key of ['fresh', 'of']) before.delete(key)
    if (made) { before.set('file', made); before.delete('at') }
    return before
  }, { replace: true })
  return (
    <DraftContext value={open}>
      <div className={style.page} data-chosen={about || isTexts ? true : undefined}>
        <DraftHeader file={file} onBack={about || isTexts ? () => setSearch({}) : null} onOpen={(place) => setSearch({ file: place.file, at: place.path })} />
        <div className={style.body}>
          <Catalog chosen={file} onChoose={choose} onNew={ask} />
          <div className={style.main}>
            {isTexts ? <Suspense fallback={<div className={style.waiting}><SkeletonRows rows={8} height={44} /></div>}><TextGrid /></Suspense> : about ? <Editor key={about.file} about={about} /> : <Empty icon="layout" title={t('draft.choose')} text={t('draft.choose_text')} />}
          </div>
        </div>
        {fresh ? <Suspense fallback={null}><NewPartDialog key={`${fresh} ${search.get('of')}`} kind={fresh} of={search.get('of')} onClose={() => asked(null)} onMade={asked} /></Suspense> : null}
      </div>
    </DraftContext>
  )
}

/** Nothing is lost by going away: what is not sent yet is sent first; the browser asks where that is not possible. */
function useLeaving(open: ReturnType<typeof openDraft>): void {
  const blocker = useBlocker(({ currentLocation, nextLocation }) => currentLocation.pathname !== nextLocation.pathname && !open.isSaved())
  useEffect(() => {
    if (blocker.state !== 'blocked') return
    void open.flush().finally(() => (open.isSaved() || open.store.getState().saving === 'outdated' ? blocker.proceed() : blocker.reset()))
  }, [blocker, open])
  useEffect(() => {
    const ask = (event: BeforeUnloadEvent) => {
      if (open.isSaved()) return
      void open.flush()
      event.preventDefault()
    }
    window.addEventListener('beforeunload', ask)
    return () => window.removeEventListener('beforeunload', ask)
  }, [open])
}
