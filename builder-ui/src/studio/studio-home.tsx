/** Where building begins: the drafts that are open, and a new one. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { Link, useNavigate } from 'react-router'
import { keys } from '@/api/keys'
import { beginDraft, discardDraft, listDrafts, type DraftInfo } from '@/api/studio'
import { errorText } from '@/locales/i18n'
import { formatAgo } from '@/model/format'
import { paths } from '@/model/paths'
import { Button } from '@/ui/button'
import { Card } from '@/ui/card'
import { useConfirm } from '@/ui/confirm'
import { Empty } from '@/ui/empty'
import { Icon } from '@/ui/icon'
import { Notice } from '@/ui/notice'
import { Page } from '@/ui/page'
import { SkeletonRows } from '@/ui/skeleton'
import { Tag } from '@/ui/tag'
import { LastPublished } from './last-published'
import style from './studio-home.module.css'

export default function StudioHome() {
  const { t } = useTranslation('studio')
  const navigate = useNavigate()
  const drafts = useQuery({ queryKey: keys.drafts, queryFn: listDrafts })
  const begin = useMutation({ mutationFn: () => beginDraft(''), onSuccess: (draft) => void navigate(paths.draft(draft.id)) })
  const failure = drafts.error ?? begin.error
  const add = <Button kind="primary" icon="add" busy={begin.isPending} onClick={() => begin.mutate()}>{t('home.begin')}</Button>
  const rows = drafts.data?.drafts ?? []
  return (
    <Page title={t('title')} width="narrow" actions={<>{drafts.data?.may_publish ? <Link to={paths.publish} className={style.versions}><Icon name="history" />{t('home.versions')}</Link> : null}<Button icon="box" onClick={() => void navigate(paths.newApp)}>{t('home.new')}</Button><Button icon="add" onClick={() => void navigate(paths.build({ fresh: 'any' }))}>{t('home.part')}</Button>{rows.length ? add : null}</>}>
      {failure ? <Notice kind="error">{errorText(failure, t)}</Notice> : null}
      <p className={style.lead}>{t('home.lead')}</p>
      <Card title={t('home.drafts')} flush>
        {drafts.isPending ? <SkeletonRows rows={3} height={56} /> : null}
        {drafts.data && rows.length === 0 ? <Empty icon="layout" title={t('home.none')} text={t('home.none_text')}>{add}</Empty> : null}
        <ul>{rows.map((draft) => <DraftRow key={draft.id} draft={draft} />)}</ul>
      </Card>
      {drafts.data?.may_publish ? <LastPublished /> : null}
    </Page>
  )
}

function DraftRow({ draft }: { draft: DraftInfo }) {
  const { t, i18n } = useTranslation('studio')
  const client = useQueryClient()
  const confirm = useConfirm()
  const discard = useMutation({ mutationFn: () => discardDraft(draft.id), onSettled: () => client.invalidateQueries({ queryKey: keys.drafts }) })
  const title = draft.title || t('draft.untitled')
  const ask = async () => {
    if (await confirm({ title: t('home.discard_title', { title }), text: t('home.discard_text'), action: t('home.discard'), cancel: t('common:action.cancel'), danger: true })) discard.mutate()
  }
  return (
    <li className={style.row}>
      <Link to={paths.draft(draft.id)} className={style.link}>
        <span className={style.title}>{title}</span>
        <span className={style.about}>{t('home.saved_by', { name: draft.owner_name ?? '', when: formatAgo(draft.updated_at, i18n.language) })}</span>
      </Link>
      {draft.status === 'proposed' ? <Tag color="blue">{t('review.tag')}</Tag> : draft.status === 'publishing' ? <Tag color="blue">{t('review.publishing')}</Tag> : null}
      {draft.base !== draft.current ? <Tag color="amber">{t('home.older', { version: draft.base })}</Tag> : null}
      {(draft.mine || draft.may_publish) && draft.status !== 'publishing' ? <Button kind="quiet" icon="delete" label={t('home.discard_title', { title })} onClick={() => void ask()} /> : null}
    </li>
  )
}
