/** What others sent me to look at. */
import { useInfiniteQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { listCopies, readCopy, type Copy } from '@/api/copies'
import { keys } from '@/api/keys'
import { formatAgo } from '@/model/format'
import { paths } from '@/model/paths'
import { Button } from '@/ui/button'
import { Card } from '@/ui/card'
import { Empty } from '@/ui/empty'
import { Failure } from '@/ui/failure'
import { Page } from '@/ui/page'
import { SkeletonRows } from '@/ui/skeleton'
import { Tag } from '@/ui/tag'
import style from './started-list.module.css'

export default function CopiesPage() {
  const { t } = useTranslation('home')
  const list = useInfiniteQuery({
    queryKey: keys.copies,
    queryFn: ({ pageParam }) => listCopies(pageParam || undefined),
    initialPageParam: '',
    getNextPageParam: (page) => page.next ?? undefined,
    select: (data) => data.pages.flatMap((page) => page.rows),
  })
  return (
    <Page title={t('copies')} above={{ label: t('common:shell.tasks'), to: paths.tasks }} width="narrow">
      <Card flush label={t('copies')}>
        {list.isPending ? <SkeletonRows rows={4} height={58} /> : null}
        {list.error ? <Failure error={list.error} onRetry={() => void list.refetch()} /> : null}
        {list.data?.length === 0 ? <Empty icon="copy" title={t('no_copies')} text={t('no_copies_text')} /> : null}
        <ul>{list.data?.map((copy) => <CopyRow key={`${copy.instance} ${copy.at}`} copy={copy} />)}</ul>
      </Card>
      {list.hasNextPage ? <p style={{ textAlign: 'center', marginTop: 12 }}><Button busy={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>{t('common:action.more')}</Button></p> : null}
    </Page>
  )
}

function CopyRow({ copy }: { copy: Copy }) {
  const { t, i18n } = useTranslation('home')
  const open = () => {
    // Whoever opens it has read it; that it could not be noted keeps nobody from looking.
    if (!copy.read_at) readCopy(copy.instance).catch(() => {})
  }
  return (
    <li className={style.item}>
      <Link to={paths.record(copy.entity, copy.record)} className={style.link} onClick={open}>
        <span className={style.head}>
          <span className={style.title}>{copy.title}</span>
          {copy.read_at ? null : <Tag color="blue">{t('unread')}</Tag>}
        </span>
        <span className={style.meta}>{copy.label} · {t('copy_from', { name: copy.by_name ?? '', ago: formatAgo(copy.at, i18n.language) })}</span>
      </Link>
    </li>
  )
}
