/** What was to happen by itself and did not, for administrators: try it again, mend it, or let it go. */
import { useInfiniteQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { listIncidents } from '@/api/incidents'
import { keys } from '@/api/keys'
import { errorText } from '@/locales/i18n'
import { Button } from '@/ui/button'
import { Card } from '@/ui/card'
import { Empty } from '@/ui/empty'
import { Notice } from '@/ui/notice'
import { Page } from '@/ui/page'
import { SkeletonRows } from '@/ui/skeleton'
import { FlowIncidents } from './flow-incidents'
import { IncidentRow } from './incident-row'
import style from './incidents-page.module.css'

export default function IncidentsPage() {
  const { t } = useTranslation()
  const list = useInfiniteQuery({
    queryKey: keys.incidents,
    queryFn: ({ pageParam }) => listIncidents(pageParam),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next ?? null,
  })
  const rows = list.data?.pages.flatMap((page) => page.rows) ?? []
  return (
    <Page title={t('shell.incidents')} width="narrow">
      <p className={style.lead}>{t('incidents:lead')}</p>
      <FlowIncidents />
      <Card flush title={t('incidents:jobs')}>
        {list.isPending ? <SkeletonRows rows={3} height={72} />
          : list.error ? <Notice kind="error">{errorText(list.error, t)}</Notice>
            : rows.length === 0 ? <Empty compact icon="check" title={t('incidents:none')} text={t('incidents:none_text')} />
              : <ul>{rows.map((one) => <IncidentRow key={one.id} incident={one} />)}</ul>}
      </Card>
      {list.hasNextPage ? <Button className={style.more} onClick={() => void list.fetchNextPage()} busy={list.isFetchingNextPage}>{t('incidents:more')}</Button> : null}
    </Page>
  )
}
