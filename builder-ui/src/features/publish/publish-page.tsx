/** What is in force, what was published before, and how far a publication is that converts stored values. For administrators. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { lazy, Suspense, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { keys } from '@/api/keys'
import { cancelPublication, compareVersions, planReturn, readPublications, readVersions, returnTo, type Publication, type Version } from '@/api/publish'
import { formatDatetime } from '@/fields/dates'
import { errorText } from '@/locales/i18n'
import { paths } from '@/model/paths'
import { Button } from '@/ui/button'
import { Card } from '@/ui/card'
import { useConfirm } from '@/ui/confirm'
import { Failure } from '@/ui/failure'
import { Notice } from '@/ui/notice'
import { Page } from '@/ui/page'
import { Select } from '@/ui/select'
import { SkeletonRows } from '@/ui/skeleton'
import { useToast } from '@/ui/toast'
import { Differences } from './differences'
import { OlderVersions } from './older-versions'
import { PublicationCard } from './publication-card'
import style from './publish-page.module.css'

const PlannedDialog = lazy(() => import('./planned-dialog'))
const ArchiveCard = lazy(() => import('./archive-card'))
const KeptCard = lazy(() => import('./kept-card'))

export default function PublishPage() {
  const { t } = useTranslation('publish')
  const versions = useQuery({ queryKey: keys.versions, queryFn: readVersions })
  const jobs = useQuery({ queryKey: keys.publications, queryFn: readPublications })
  const wrong = versions.error ?? jobs.error
  const again = () => { void versions.refetch(); void jobs.refetch() }
  return (
    <Page title={t('title')} width="narrow" above={{ label: t('above'), to: paths.settings }}>
      {wrong ? <Failure error={wrong} onRetry={again} /> : null}
      <div className={style.stack}>
        <OlderVersions />
        {versions.isPending ? <Card flush label={t('versions')}><SkeletonRows rows={4} height={52} /></Card> : null}
        {versions.data ? <Versions current={versions.data.current} versions={versions.data.versions} /> : null}
        {versions.data ? <Suspense fallback={null}><ArchiveCard current={versions.data.current} /></Suspense> : null}
        <Suspense fallback={null}><KeptCard /></Suspense>
        {jobs.data && jobs.data.jobs.length > 0 ? <Publications jobs={jobs.data.jobs} /> : null}
      </div>
    </Page>
  )
}

function Publications({ jobs }: { jobs: Publication[] }) {
  const { t } = useTranslation('publish')
  const client = useQueryClient()
  const confirm = useConfirm()
  const toast = useToast()
  const cancel = useMutation({
    mutationFn: cancelPublication,
    onSuccess: () => toast.success(t('cancelled_told')),
    onError: (error) => toast.error(errorText(error, t)),
    onSettled: () => void client.invalidateQueries({ queryKey: keys.publications }),
  })
  const ask = async (id: string) => {
    const sure = await confirm({ title: t('cancel_title'), text: t('cancel_text'), action: t('cancel'), cancel: t('common:action.cancel'), danger: true })
    if (sure) cancel.mutate(id)
  }
  return (
    <Card title={t('changes')} flush>
      <ol className={style.list}>{jobs.map((job) => <PublicationCard key={job.id} job={job} busy={cancel.isPending} onCancel={() => void ask(job.id)} />)}</ol>
    </Card>
  )
}

function Versions({ current, versions }: { current: number; versions: Version[] }) {
  const { t } = useTranslation('publish')
  const [back, setBack] = useState<number | null>(null)
  return (
    <Card title={t('versions')} flush>
      <ol className={style.list}>
        {versions.map((one) => <VersionRow key={one.version} one={one} current={current} versions={versions} onReturn={() => setBack(one.version)} />)}
      </ol>
      {back !== null ? (
        <Suspense fallback={null}>
          <PlannedDialog
            what={`return ${back}`} title={t('return.title', { version: back })} text={t('return.text', { version: back })} action={t('return.action')} note={t('return.note_default', { version: back })}
            plan={(choices) => planReturn(back, choices)} publish={(note, choices) => returnTo(back, note, choices)} onClose={() => setBack(null)}
          />
        </Suspense>
      ) : null}
    </Card>
  )
}

interface VersionRowProps {
  one: Version
  current: number
  versions: Version[]
  onReturn: () => void
}

function VersionRow({ one, current, versions, onReturn }: VersionRowProps) {
  const { t, i18n } = useTranslation('publish')
  const [open, setOpen] = useState(false)
  const isFirst = versions.at(-1) === one
  return (
    <li className={style.version}>
      <div className={style.entry}>
        <div className={style.what}>
          <p><strong>{t('version', { version: one.version })}</strong>{one.version === current ? <span className={style.now}>{t('in_force_now')}</span> : null}</p>
          <p>{one.note || <span className={style.note}>{t('no_note')}</span>}</p>
          <p className={style.note}>{one.by_name ?? t('by_command')}{' · '}<time dateTime={one.at}>{formatDatetime(one.at, i18n.language)}</time></p>
        </div>
        <div className={style.acts}>
          {isFirst && versions.length === 1 ? null : <Button size="small" kind="quiet" icon={open ? 'down' : 'right'} expanded={open} onClick={() => setOpen(!open)}>{t('compare.action')}</Button>}
          {one.version === current ? null : <Button size="small" kind="quiet" icon="history" onClick={onReturn}>{t('return.short')}</Button>}
        </div>
      </div>
      {open ? <Comparison one={one} versions={versions} /> : null}
    </li>
  )
}

/** A version beside another one: the one before it, unless another is chosen. */
function Comparison({ one, versions }: { one: Version; versions: Version[] }) {
  const { t } = useTranslation('publish')
  const at = versions.indexOf(one)
  const [other, setOther] = useState(versions[at + 1]?.version ?? versions[at - 1]?.version ?? one.version)
  const [from, to] = [Math.min(other, one.version), Math.max(other, one.version)]
  const found = useQuery({ queryKey: keys.comparison(from, to), queryFn: () => compareVersions(from, to), staleTime: Infinity })
  const options = versions.filter((version) => version !== one).map(({ version, note }) => ({ value: String(version), label: [t('version', { version }), note].filter(Boolean).join(' · ') }))
  return (
    <div className={style.comparison}>
      <p className={style.with}><span>{t('compare.with')}</span><Select label={t('compare.with')} width={260} value={String(other)} options={options} onChange={(value) => setOther(Number(value))} /></p>
      {found.error ? <Notice kind="error">{errorText(found.error, t)}</Notice> : null}
      {found.data ? <Differences differences={found.data.differences} /> : found.error ? null : <SkeletonRows rows={3} height={28} />}
    </div>
  )
}
