/** What there is to say of one node: who was there, when and for how long, what they said; and why it came there. */
import { useEffect, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import type { Graph, GraphNode, Visit } from '@/api/workflows'
import { formatAgo, formatDatetime, formatSpan } from '@/model/format'
import { Avatar } from '@/ui/avatar'
import { Button } from '@/ui/button'
import { Icon } from '@/ui/icon'
import { phone, useMedia } from '@/ui/use-media'
import { kindIcon } from './node-looks'
import { TaskActs } from './task-acts'
import { WhyView } from './why-view'
import style from './node-panel.module.css'

interface NodePanelProps {
  graph: Graph
  node: GraphNode
  onClose: () => void
  onChanged: () => void
}

export function NodePanel({ graph, node, onClose, onChanged }: NodePanelProps) {
  const { t, i18n } = useTranslation('workflows')
  const hold = useRef<HTMLDivElement>(null)
  const small = useMedia(phone)
  // On a phone it opens below what was tapped.
  useEffect(() => { if (small) hold.current?.scrollIntoView({ block: 'start', behavior: 'smooth' }) }, [small])
  const rounds = new Set(node.visits.map((visit) => visit.round ?? 1)).size > 1
  return (
    <div ref={hold} className={style.panel}>
      <header className={style.head}>
        <h2><Icon name={kindIcon(node.kind)} />{node.label}</h2>
        <Button kind="quiet" size="small" icon="close" label={t('common:action.close')} onClick={onClose} />
      </header>
      <p className={style.status}>{t(`kind.${node.kind}`, { defaultValue: node.kind })} · {t(`status.${node.status}`)}</p>
      {node.tasks.length > 0 ? (
        <ul className={style.tasks}>
          {node.tasks.map((task) => (
            <li key={task.id}>
              <Avatar name={task.name} size={26} />
              <span className={style.task}><strong>{task.name}</strong><br />{t('node.waits', { span: formatSpan(task.since, i18n.language) })}</span>
              {graph.can_operate ? <TaskActs graph={graph} task={task} node={node} onDone={onChanged} /> : null}
            </li>
          ))}
        </ul>
      ) : null}
      {node.visits.toReversed().map((visit, index) => <VisitView key={`${visit.entered_at}-${index}`} visit={visit} rounds={rounds} />)}
      {node.visits.length === 0 && node.ahead && node.ahead.people.length > 0 ? <p>{t('node.next', { name: node.ahead.people.map((one) => one.name).join(t('comma')) })}</p> : null}
      <h3 className={style.heading}>{t('why.title')}</h3>
      <WhyView instance={graph.id} node={node.node} />
    </div>
  )
}

function VisitView({ visit, rounds }: { visit: Visit; rounds: boolean }) {
  const { t, i18n } = useTranslation(['workflows', 'record'])
  const { language } = i18n
  const left = visit.left_at
  return (
    <div className={style.visit}>
      <p className={style.when}>
        {rounds ? <strong>{t('workflows:node.round', { round: visit.round })} </strong> : null}
        {visit.entered_at ? <time dateTime={visit.entered_at}>{formatDatetime(visit.entered_at, language)}</time> : null}
        {visit.entered_at && left ? <span> · {t('workflows:node.took', { span: formatSpan(visit.entered_at, language, new Date(left).getTime()) })}</span> : null}
      </p>
      <ul className={style.people}>
        {visit.people.map((person, index) => (
          <li key={`${person.id}-${index}`}>
            <Avatar name={person.name} size={22} />
            <span>
              {person.name}{person.decision ? <em data-verdict={person.decision}> · {t(`record:approval.decided.${person.decision}`, { defaultValue: person.decision })}</em> : null}
              {person.at ? <time dateTime={person.at} title={formatDatetime(person.at, language)}> {formatAgo(person.at, language)}</time> : null}
              {person.reason ? <q>{person.reason}</q> : null}
            </span>
          </li>
        ))}
      </ul>
    </div>
  )
}
