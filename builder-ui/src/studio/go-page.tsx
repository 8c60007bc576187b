/** The way from anywhere into the studio: to what was asked for, in the draft that one works on already, else in a new one. */
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { Navigate, useSearchParams } from 'react-router'
import { beginDraft, listDrafts, readDraft } from '@/api/studio'
import { paths } from '@/model/paths'
import { Failure } from '@/ui/failure'
import { Page } from '@/ui/page'
import { SkeletonRows } from '@/ui/skeleton'

/** Which draft, and where in it. */
async function find(asked: URLSearchParams): Promise<string> {
  const { drafts } = await listDrafts()
  const mine = drafts.filter((draft) => draft.mine && draft.status === 'open')
  const [only] = mine
  // Of several drafts one must be chosen by whoever began them; to put something into a wrong one would be worse than one more.
  const draft = only && mine.length === 1 ? await readDraft(only.id) : await beginDraft('')
  const [kind, name, of] = [asked.get('kind'), asked.get('name'), asked.get('of')]
  const file = kind ? draft.definitions.find((one) => one.kind === kind && (name ? one.name === name : one.entity === of))?.file : undefined
  // A list that was made up has no file yet: the first one is made.
  const fresh = asked.get('fresh') ?? (kind === 'view' && !file ? 'list' : null)
  const where = new URLSearchParams({ ...(file ? { file } : {}), ...(fresh ? { fresh, ...(of ? { of } : {}) } : {}) })
  return `${paths.draft(draft.id)}?${where.toString()}`
}

export default function GoPage() {
  const { t } = useTranslation('studio')
  const [asked] = useSearchParams()
  const found = useQuery({ queryKey: ['go', asked.toString()], queryFn: () => find(asked), gcTime: 0, staleTime: Infinity, retry: false, refetchOnWindowFocus: false })
  if (found.data) return <Navigate to={found.data} replace />
  return (
    <Page title={t('title')} above={{ label: t('title'), to: paths.studio }} width="narrow">
      {found.error ? <Failure error={found.error} onRetry={() => void found.refetch()} /> : <SkeletonRows rows={6} height={44} />}
    </Page>
  )
}
