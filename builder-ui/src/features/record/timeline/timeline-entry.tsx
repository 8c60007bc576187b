// One thing that happened: who, what, when, and what it changed.
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { formatAgo, formatDatetime } from '@/fields/dates'
import { keys } from '@/api/keys'
import type { TimelineItem } from '@/api/records'
import type { InstanceAnswer } from '@/api/tasks'
import type { Titles } from '@/model/record'
import { Avatar } from '@/ui/avatar'
import { Icon, type IconName } from '@/ui/icon'
import { Tag } from '@/ui/tag'
import { DecisionFiles } from '../approval/decision-files'
import { useForm, useFormState } from '../form-context'
import { rawChanges, readChanges, readComment, textIn } from '../model/timeline'
import { useAutomaticTexts } from '../approval/automatic'
import { Change, LineChanges } from './changes'
import style from './timeline.module.css'

const SHOWN = 4

const ICONS: Record<string, IconName> = {
  create: 'add', created: 'add', change: 'edit', updated: 'edit', deleted: 'delete', restored: 'redo', transition: 'right',
  start: 'send', end: 'done', version: 'undo', erased: 'close', comment: 'comment', approve: 'check', reject: 'close', return: 'undo', transfer: 'person', withdraw: 'undo',
}

const TONES: Record<string, string | undefined> = {
  approve: style.good, reject: style.bad, return: style.attention, end: style.good,
}

interface TimelineEntryProps {
  item: TimelineItem
  titles: Titles
  /** Shows the record as it was then. */
  onVersion: (version: number) => void
}

export function TimelineEntry({ item, titles, onVersion }: TimelineEntryProps) {
  const { t } = useTranslation('record')
  const { language } = useForm()
  const what = kindOf(item)
  const who = item.by_name || t('timeline.engine')
  // A version that was given back is told by its number, which is no reason.
  const reason = item.source === 'version' ? null : textIn(item, 'reason', 'comment')
  const version = useFormState((state) => state.base.version)
  const past = typeof item.version === 'number' && version !== undefined && item.version < version ? item.version : null
  const comment = item.kind === 'comment' ? (textIn(item, 'text', 'body') ?? '') : null
  return (
    <li className={style.entry}>
      <span className={style.mark}>
        {comment === null
          ? <span className={`${style.dot} ${TONES[what] ?? ''}`}><Icon name={ICONS[what] ?? 'dot'} size={13} /></span>
          : <Avatar name={who} size={26} />}
      </span>
      <div className={style.body}>
        <p className={style.head}>
          <span><strong>{who}</strong> {comment === null && <Sentence item={item} what={what} />}</span>
          <span className={style.at}>
            {past !== null && <button type="button" className={style.link} onClick={() => onVersion(past)}>{t('history:version.open', { version: past })}</button>}
            <time dateTime={item.at} title={formatDatetime(item.at, language)}>{formatAgo(item.at, language)}</time>
          </span>
        </p>
        {comment !== null && (
          <p className={style.comment}>
            {readComment(comment).map((part, index) =>
              // The parts of a written comment never change places.
              'mention' in part ? <span key={index} className={style.mention}>@{part.mention}</span> : <span key={index}>{part.text}</span>,
            )}
          </p>
        )}
        {reason && <p className={style.reason}>{reason}</p>}
        {item.kind === 'decision' && <DecisionFiles attachments={item.attachments as string[] | undefined} signature={item.signature as string | null | undefined} />}
        {Array.isArray(item.changes) && <ChangeList item={item} titles={titles} />}
      </div>
    </li>
  )
}

/** Acts of the engine that have words of their own. */
const plain: readonly string[] = ['deleted', 'restored', 'merged', 'merged_into', 'unmerged']

/** What an item is, by its verb or action where it has one. */
function kindOf(item: TimelineItem): string {
  if (item.kind === 'decision') return VERBS[textIn(item, 'verb', 'outcome', 'decision') ?? ''] ?? 'closed'
  if (item.kind === 'change') {
    const action = textIn(item, 'action')
    if (action === 'erased') return 'erased'
    if (item.source === 'version') return 'version'
    return action === 'created' ? 'create' : action !== null && action !== undefined && plain.includes(action) ? action : action && action !== 'updated' ? 'transition' : 'change'
  }
  return item.kind
}

function Sentence({ item, what }: { item: TimelineItem; what: string }) {
  const { t } = useTranslation('record')
  const { entity } = useForm()
  const nodeLabel = useNodeLabel(textIn(item, 'instance'))
  const { within } = useAutomaticTexts()
  if (item.kind === 'decision') {
    const node = textIn(item, 'node_label', 'label') ?? nodeLabel(textIn(item, 'node') ?? '')
    const outcome = textIn(item, 'outcome') ?? ''
    if (item.automatic === true && ['approved', 'rejected', 'returned'].includes(outcome)) return <>{t(`timeline.decision.automatic_${outcome}`, { node, within: within(textIn(item, 'within')) })}</>
    const to = textIn(item, 'to_name')
    return <>{t(`timeline.decision.${what}`, { node, to, context: to ? 'to' : undefined })}{item.channel === 'mail_link' ? ` · ${t('approval.by_mail_link')}` : ''}</>
  }
  if (what === 'transition') {
    const name = textIn(item, 'transition', 'action') ?? ''
    const label = textIn(item, 'label') ?? entity.lifecycle?.transitions[name]?.label ?? name
    const reached = rawChanges(item).find((change) => change.path === 'state')?.new
    const to = textIn(item, 'to') ?? (typeof reached === 'string' ? reached : entity.lifecycle?.transitions[name]?.to) ?? ''
    const state = entity.lifecycle?.states[to]
    return <>{t('timeline.transition', { label })} {state && <Tag color={state.color ?? 'grey'}>{state.label}</Tag>}</>
  }
  if (what === 'start') return <>{t('timeline.start', { label: textIn(item, 'label', 'workflow_label') ?? nodeLabel(textIn(item, 'workflow') ?? '') })}</>
  if (what === 'end') {
    const outcome = textIn(item, 'outcome') ?? ''
    return <>{t('timeline.end', { outcome: textIn(item, 'outcome_label') ?? t(`outcome.${outcome}`, { defaultValue: outcome }) })}</>
  }
  if (what === 'version') return <>{t('history:gave_back', { version: textIn(item, 'reason') ?? '' })}</>
  if (what === 'erased') return <>{t('history:did_erase')}</>
  return <>{t(`timeline.${['create', 'change', 'withdraw', ...plain].includes(what) ? what : 'change'}`)}</>
}

/** What a node is called: the instance beside the timeline knows it in the reader's language; else from its name. */
function useNodeLabel(instance: string | null): (name: string) => string {
  const client = useQueryClient()
  return (name) => {
    const known = instance === null ? undefined : client.getQueryData<InstanceAnswer>(keys.instance(instance))
    const found = known?.workflow === name ? known.label : known?.nodes.find((node) => node.node === name)?.label
    const plain = name.replaceAll('_', ' ')
    return found ?? plain.charAt(0).toUpperCase() + plain.slice(1)
  }
}

const VERBS: Record<string, string> = {
  approve: 'approve', approved: 'approve', reject: 'reject', rejected: 'reject', return: 'return', returned: 'return',
  transfer: 'transfer', transferred: 'transfer', closed: 'closed', withdrawn: 'closed',
}

function ChangeList({ item, titles }: { item: TimelineItem; titles: Titles }) {
  const { t } = useTranslation('record')
  const { entity } = useForm()
  const values = useFormState((state) => state.base)
  const [all, setAll] = useState(false)
  const { fields, lines } = readChanges(item, entity, values)
  const written = fields.filter((change) => change.path !== 'state')
  const created = kindOf(item) === 'create'
  const count = written.length + lines.length
  if (count === 0) return null
  // What a record began with fills pages; it is told when one asks.
  const shown = all ? count : created ? 0 : SHOWN
  return (
    <div className={style.changes}>
      <dl>
        {written.slice(0, shown).map((change) => <Change key={change.path} change={change} titles={titles} />)}
      </dl>
      {lines.slice(0, Math.max(0, shown - written.length)).map((line) => <LineChanges key={line.key} line={line} titles={titles} />)}
      {count > shown && <button type="button" className={style.link} onClick={() => setAll(true)}>{t('timeline.show_all', { count: count - shown })}</button>}
    </div>
  )
}
