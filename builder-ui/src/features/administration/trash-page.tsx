/** What was deleted, by what it is: to be taken out again, or, by administrators, to be destroyed for good. */
import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { emptyTrash, purge, readPurging, readTrash, type Trash } from '@/api/history'
import { keys } from '@/api/keys'
import { listRecords, restoreRecord, type ListRow } from '@/api/records'
import { formatAgo } from '@/fields/dates'
import { errorText } from '@/locales/i18n'
import { paths } from '@/model/paths'
import { Button } from '@/ui/button'
import { Card } from '@/ui/card'
import { useConfirm } from '@/ui/confirm'
import { Dialog } from '@/ui/dialog'
import { Empty } from '@/ui/empty'
import { Failure } from '@/ui/failure'
import { Notice } from '@/ui/notice'
import { Page } from '@/ui/page'
import { SkeletonRows } from '@/ui/skeleton'
import { useToast } from '@/ui/toast'
import style from './trash.module.css'

export default function TrashPage() {
  const { t } = useTranslation('administration')
  const trash = useQuery({ queryKey: keys.trash, queryFn: readTrash })
  const [chosen, setChosen] = useState<string | null>(null)
  const entities = trash.data?.entities ?? []
  const current = entities.find((one) => one.entity === chosen) ?? entities[0]
  return (
    <Page title={t('trash.title')} width="narrow">
      <p className={style.intro}>{trash.data?.days ? t('trash.intro', { count: trash.data.days }) : t('trash.intro_kept')}</p>
      {trash.error ? <Failure error={trash.error} onRetry={() => void trash.refetch()} /> : null}
      {trash.isPending ? <Card flush label={t('trash.title')}><SkeletonRows rows={4} height={48} /></Card> : null}
      {trash.data && !current ? <Card label={t('trash.title')}><Empty icon="delete" title={t('trash.nothing')} text={t('trash.nothing_text')} /></Card> : null}
      {current && trash.data ? (
        <>
          <div className={style.entities} role="group" aria-label={t('trash.of')}>
            {entities.map((one) => (
              <button key={one.entity} type="button" className={style.entity} aria-pressed={one.entity === current.entity} onClick={() => setChosen(one.entity)}>
                {one.label} <span>{one.exact ? one.count : `${one.count}+`}</span>
              </button>
            ))}
          </div>
          <Deleted key={current.entity} entity={current.entity} label={current.label} trash={trash.data} />
        </>
      ) : null}
    </Page>
  )
}

function Deleted({ entity, label, trash }: { entity: string; label: string; trash: Trash }) {
  const { t, i18n } = useTranslation('administration')
  const client = useQueryClient()
  const toast = useToast()
  const confirm = useConfirm()
  const [destroying, setDestroying] = useState<ListRow | null>(null)
  const [busy, setBusy] = useState<string | null>(null)
  const query = { deleted: true, columns: 'deleted_at,updated_by', sort: '-deleted_at' }
  const list = useInfiniteQuery({
    queryKey: keys.list(entity, query),
    queryFn: ({ pageParam }) => listRecords(entity, { ...query, ...(pageParam ? { after: pageParam } : {}) }),
    initialPageParam: '',
    getNextPageParam: (page) => page.next ?? undefined,
  })
  const refresh = () => {
    void client.invalidateQueries({ queryKey: keys.trash })
    void client.invalidateQueries({ queryKey: keys.entity(entity) })
  }
  const during = async (what: string, work: () => Promise<void>) => {
    setBusy(what)
    try {
      await work()
      refresh()
    } catch (cause) {
      toast.error(errorText(cause, t))
    } finally {
      setBusy(null)
    }
  }
  const restore = (row: ListRow) => during(row.id, async () => {
    await restoreRecord(entity, row.id)
    toast.success(t('trash.restored'))
  })
  const empty = async () => {
    const sure = await confirm({ title: t('trash.empty_of', { label }), text: t('trash.empty_text'), action: t('trash.empty'), cancel: t('common:action.cancel'), danger: true })
    if (!sure) return
    await during('empty', async () => {
      const { purged, kept } = await emptyTrash(entity)
      if (kept > 0) toast.info(t('trash.emptied_kept', { purged, kept }))
      else toast.success(t('trash.emptied', { count: purged }))
    })
  }
  const rows = list.data?.pages.flatMap((page) => page.rows.map((row) => ({ row, titles: page.titles }))) ?? []
  return (
    <Card
      title={label}
      flush
      aside={trash.may_empty ? <Button size="small" kind="danger" icon="delete" busy={busy === 'empty'} onClick={() => void empty()}>{t('trash.empty')}</Button> : null}
    >
      {list.isPending ? <SkeletonRows rows={4} height={48} /> : null}
      {list.error ? <Notice kind="error">{errorText(list.error, t)}</Notice> : null}
      <ul>
        {rows.map(({ row, titles }) => (
          <li key={row.id} className={style.row}>
            <div>
              <Link to={paths.record(entity, row.id)}>{row.title || t('trash.untitled')}</Link>
              <p className={style.when}>
                {t('trash.deleted', { when: formatAgo(String(row.deleted_at ?? ''), i18n.language), name: titles[String(row.updated_by)] ?? t('audit.engine') })}
                {trash.days === null ? null : <> · {t('trash.left', { count: daysLeft(String(row.deleted_at ?? ''), trash.days) })}</>}
              </p>
            </div>
            <Button size="small" busy={busy === row.id} onClick={() => void restore(row)}>{t('trash.restore')}</Button>
            {trash.may_empty ? <Button size="small" kind="quiet" icon="delete" label={t('trash.destroy_this', { title: row.title ?? '' })} onClick={() => setDestroying(row)} /> : null}
          </li>
        ))}
      </ul>
      {list.hasNextPage ? <p className={style.more}><Button size="small" kind="quiet" busy={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>{t('common:action.more')}</Button></p> : null}
      {destroying ? <Destroy entity={entity} row={destroying} onClose={() => setDestroying(null)} onDone={refresh} /> : null}
    </Card>
  )
}

function daysLeft(deleted: string, days: number): number {
  const gone = (Date.now() - new Date(deleted).getTime()) / 86_400_000
  return Math.max(0, Math.ceil(days - gone))
}

/** Says first what is destroyed with it, and what stands in the way. */
function Destroy({ entity, row, onClose, onDone }: { entity: string; row: ListRow; onClose: () => void; onDone: () => void }) {
  const { t } = useTranslation('administration')
  const toast = useToast()
  const [error, setError] = useState<unknown>(null)
  const [busy, setBusy] = useState(false)
  const purging = useQuery({ queryKey: ['purging', entity, row.id], queryFn: () => readPurging(entity, row.id), gcTime: 0 })
  const told = purging.data
  const blocked = told === undefined || told.is_person || told.referring.length > 0
  const act = async () => {
    setBusy(true)
    try {
      await purge(entity, row.id)
      toast.success(t('trash.destroyed'))
      onDone()
      onClose()
    } catch (cause) {
      setError(cause)
      setBusy(false)
    }
  }
  return (
    <Dialog
      open
      title={t('trash.destroy_this', { title: row.title || t('trash.untitled') })}
      onClose={onClose}
      width={480}
      footer={[
        <Button key="cancel" onClick={onClose}>{t('common:action.cancel')}</Button>,
        <Button key="destroy" kind="danger" busy={busy} disabled={blocked} onClick={() => void act()}>{t('trash.destroy')}</Button>,
      ]}
    >
      {purging.isPending ? <SkeletonRows rows={3} height={28} /> : null}
      {error ?? purging.error ? <Notice kind="error">{errorText(error ?? purging.error, t)}</Notice> : null}
      {told?.is_person ? <Notice kind="warning">{t('trash.person_stays')}</Notice> : null}
      {told && told.referring.length > 0 ? (
        <>
          <Notice kind="warning">{t('trash.in_the_way')}</Notice>
          <ul className={style.referring}>
            {told.referring.map((other) => <li key={other.id}><p>{other.label}: {other.title ? <Link to={paths.record(other.entity, other.id)}>{other.title}</Link> : t('trash.hidden')}</p></li>)}
          </ul>
        </>
      ) : null}
      {told && !blocked ? (
        <>
          <p>{t('trash.goes')}</p>
          <ul className={style.goes}>
            <li>{t('trash.goes_record')}</li>
            {(['lines', 'comments', 'files'] as const).map((what) => (told[what] > 0 ? <li key={what}>{t(`trash.goes_${what}`, { count: told[what] })}</li> : null))}
            <li>{t('trash.goes_history', { count: told.history })}</li>
          </ul>
          <p>{t('trash.for_good')}</p>
        </>
      ) : null}
    </Dialog>
  )
}
