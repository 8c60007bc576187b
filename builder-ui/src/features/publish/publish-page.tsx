/** What is in force, what was published before, and how far a publication is that converts stored values. For administrators. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { keys } from '@/api/keys'
import { cancelPublication, readPublications, readVersions, type Publication, type Version } from '@/api/publish'
import { formatDatetime } from '@/fields/dates'
import { errorText } from '@/locales/i18n'
import { paths } from '@/model/paths'
import { Card } from '@/ui/card'
import { useConfirm } from '@/ui/confirm'
import { Empty } from '@/ui/empty'
import { Failure } from '@/ui/failure'
import { Page } from '@/ui/page'
import { SkeletonRows } from '@/ui/skeleton'
import { useToast } from '@/ui/toast'
import { PublicationCard } from './publication-card'
import style from './publish-page.module.css'

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
        {jobs.data ? <Publications jobs={jobs.data.jobs} /> : null}
        {versions.isPending ? <Card flush label={t('versions')}><SkeletonRows rows={4} height={52} /></Card> : null}
        {versions.data ? <Versions current={versions.data.current} versions={versions.data.versions} /> : null}
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
      {jobs.length === 0
        ? <Empty compact icon="history" title={t('no_changes')} text={t('no_changes_text')} />
        : <ol className={style.list}>{jobs.map((job) => <PublicationCard key={job.id} job={job} busy={cancel.isPending} onCancel={() => void ask(job.id)} />)}</ol>}
    </Card>
  )
}

function Versions({ current, versions }: { current: number; versions: Version[] }) {
  const { t, i18n } = useTranslation('publish')
  return (
    <Card title={t('versions')} flush>
      <ol className={style.list}>
        {versions.map((one) => (
          <li key={one.version} className={style.entry}>
            <div className={style.what}>
              <p><strong>{t('version', { version: one.version })}</strong>{one.version === current ? <span className={style.now}>{t('in_force_now')}</span> : null}</p>
              <p className={style.note}>{one.note || t('no_note')}</p>
            </div>
            <p className={style.who}>{one.by_name ?? t('by_command')}<br /><time dateTime={one.at}>{formatDatetime(one.at, i18n.language)}</time></p>
          </li>
        ))}
      </ol>
    </Card>
  )
}
