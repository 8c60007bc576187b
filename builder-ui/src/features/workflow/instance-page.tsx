/** One workflow under way or ended: its picture with the way taken, what happened, why, and what administrators can do. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link, useParams, useSearchParams } from 'react-router'
import { useAppModel } from '@/api/app-context'
import { keys } from '@/api/keys'
import { operate, readGraph, type Graph } from '@/api/workflows'
import { errorText } from '@/locales/i18n'
import { formatAgo, formatDatetime } from '@/model/format'
import { paths } from '@/model/paths'
import { Button } from '@/ui/button'
import { Card } from '@/ui/card'
import { MenuButton, type MenuEntry } from '@/ui/menu-button'
import { Notice } from '@/ui/notice'
import { Page } from '@/ui/page'
import { SkeletonRows } from '@/ui/skeleton'
import { Tag } from '@/ui/tag'
import { phone, useMedia } from '@/ui/use-media'
import { EventList } from './event-list'
import { FlowOutline } from './flow-outline'
import { FlowPicture, type PictureEdge } from './flow-picture'
import { IncidentCard } from './incident-card'
import { NodePanel } from './node-panel'
import { litOf, pictureNodes } from './node-looks'
import { ReasonDialog } from './reason-dialog'
import { stateOf, stateColor } from './state'
import style from './instance-page.module.css'

const REFRESH = 20_000

export default function InstancePage() {
  const { t } = useTranslation('workflows')
  const { id = '' } = useParams()
  const read = useQuery({ queryKey: keys.graph(id), queryFn: () => readGraph(id), refetchInterval: (query) => (query.state.data?.status === 'ended' ? false : REFRESH) })
  if (read.error && !read.data) {
    return (
      <Page title={t('title')} above={{ label: t('search.title'), to: paths.workflows }} width="narrow">
        <Notice kind="error" action={<Button size="small" onClick={() => void read.refetch()}>{t('common:action.retry')}</Button>}>{errorText(read.error, t as never)}</Notice>
      </Page>
    )
  }
  if (!read.data) return <div className={style.waiting}><SkeletonRows rows={6} height={56} /></div>
  return <Shown key={id} graph={read.data} />
}

function Shown({ graph }: { graph: Graph }) {
  const { t, i18n } = useTranslation('workflows')
  const client = useQueryClient()
  const model = useAppModel()
  const small = useMedia(phone)
  const [search, setSearch] = useSearchParams()
  const [shape, setShape] = useState<'picture' | 'list'>(small ? 'list' : 'picture')
  const chosen = search.get('node')
  const select = (node: string | null) => setSearch((before) => { if (node) before.set('node', node); else before.delete('node'); return before }, { replace: true })
  const changed = () => void client.invalidateQueries({ queryKey: keys.instances })
  const nodes = pictureNodes(graph, i18n.language, t)
  const edges: PictureEdge[] = (graph.edges ?? []).map((edge) => ({ ...edge, lit: litOf(edge, graph.round) }))
  const leaps = graph.leaps.filter((leap) => leap.round === graph.round).map((leap) => ({ from: leap.from, to: leap.to, said: t(`why.${leap.how}`, { name: leap.by?.name ?? '', node: '' }) }))
  const node = graph.nodes?.find((one) => one.node === chosen)
  const state = stateOf(graph)
  const title = graph.title ?? t('untitled', { workflow: graph.label })
  return (
    <Page
      title={title}
      above={{ label: t('search.title'), to: paths.workflows }}
      beside={<Tag color={stateColor(state)}>{graph.status === 'ended' ? graph.outcome_label ?? t(`outcome.${graph.outcome}`, { defaultValue: graph.outcome ?? '' }) : t(`state.${state}`)}</Tag>}
      actions={<Acts graph={graph} onDone={changed} />}
      width="wide"
    >
      <p className={style.lead}>
        {graph.label} · {t('started_by', { name: graph.initiator_name, when: formatAgo(graph.started_at, i18n.language) })}
        {graph.round > 1 ? ` · ${t('node.round', { round: graph.round })}` : ''}
        {graph.title !== null ? <> · <Link to={paths.record(graph.entity, graph.record)}>{t('open_record', { entity: model.entities[graph.entity]?.label ?? '' })}</Link></> : null}
      </p>
      {graph.suspended_by ? <Notice kind="warning">{t('suspended_by', { name: graph.suspended_by.name })}</Notice> : null}
      {graph.incidents?.map((incident) => <IncidentCard key={incident.token} instance={graph.id} entity={graph.entity} incident={incident} onDone={changed} />)}
      {graph.next.stopped ? <Notice kind="info">{graph.next.stopped}</Notice> : null}
      <div className={style.columns}>
        <Card
          flush
          title={t('graph.title')}
          aside={(
            <span className={style.shapes} role="group" aria-label={t('graph.shape')}>
              <Button size="small" icon="network" pressed={shape === 'picture'} kind={shape === 'picture' ? 'default' : 'quiet'} onClick={() => setShape('picture')}>{t('graph.picture')}</Button>
              <Button size="small" icon="list" pressed={shape === 'list'} kind={shape === 'list' ? 'default' : 'quiet'} onClick={() => setShape('list')}>{t('graph.list')}</Button>
            </span>
          )}
        >
          {shape === 'picture'
            ? <><FlowPicture nodes={nodes} edges={edges} leaps={leaps} selected={chosen} onSelect={select} label={t('graph.of', { workflow: graph.label })} /><Legend /></>
            : <FlowOutline nodes={nodes} edges={edges} selected={chosen} onSelect={select} />}
        </Card>
        <div className={style.side}>
          {node
            ? <Card flush label={node.label}><NodePanel key={node.node} graph={graph} node={node} onClose={() => select(null)} onChanged={changed} /></Card>
            : <p className={style.hint}>{t('graph.hint')}</p>}
          <Card flush title={t('events.title')}><div className={style.events}><EventList events={graph.events} /></div></Card>
          <p className={style.meta}>{t('version', { version: graph.version })}{graph.ended_at ? ` · ${t('ended', { when: formatDatetime(graph.ended_at, i18n.language) })}` : ''}</p>
        </div>
      </div>
    </Page>
  )
}

function Legend() {
  const { t } = useTranslation('workflows')
  return (
    <ul className={style.legend} aria-hidden>
      <li><i className={style.taken} />{t('graph.legend.taken')}</li>
      <li><i className={style.untaken} />{t('graph.legend.untaken')}</li>
      <li><i className={style.ahead} />{t('graph.legend.ahead')}</li>
      <li><i className={style.passed} />{t('graph.legend.skipped')}</li>
    </ul>
  )
}

/** What an administrator can do with the whole. */
function Acts({ graph, onDone }: { graph: Graph; onDone: () => void }) {
  const { t } = useTranslation('workflows')
  const [act, setAct] = useState<'suspend' | 'resume' | 'cancel' | null>(null)
  if (!graph.can_operate) return null
  const entries: MenuEntry[] = [
    ...(graph.status !== 'running' ? [] : graph.suspended_by
      ? [{ key: 'resume', label: t('operate.resume.action'), icon: 'redo' as const, onSelect: () => setAct('resume') }]
      : [{ key: 'suspend', label: t('operate.suspend.action'), icon: 'clock' as const, onSelect: () => setAct('suspend') }]),
    { key: 'cancel', label: t('operate.cancel.action'), icon: 'close', danger: true, divided: graph.status === 'running', onSelect: () => setAct('cancel') },
  ]
  return (
    <>
      <MenuButton entries={entries}><Button icon="settings">{t('operate.title')}</Button></MenuButton>
      {act ? (
        <ReasonDialog
          title={t(`operate.${act}.title`)} text={t(`operate.${act}.text`)} action={t(`operate.${act}.action`)} danger={act === 'cancel'} done={t(`operate.${act}.done`)}
          run={(reason) => operate(graph.id, act, reason)} onClose={() => setAct(null)} onDone={onDone}
        />
      ) : null}
    </>
  )
}
