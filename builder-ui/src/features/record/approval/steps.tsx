// Who decides, in order: what is behind, what is open, what comes.
import type { TFunction } from 'i18next'
import { useTranslation } from 'react-i18next'
import type { CallItem, PreviewNode } from '@/api/records'
import type { Automatic, Copied, InstanceAnswer, InstanceNode, Waits } from '@/api/tasks'
import { formatAgo, formatDatetime } from '@/fields/dates'
import { localeTag } from '@/fields/exact'
import { formatSpan, isPast } from '@/model/format'
import { useAutomaticTexts } from './automatic'
import { Avatar } from '@/ui/avatar'
import { Icon, type IconName } from '@/ui/icon'
import { DecisionFiles } from './decision-files'
import style from './approval.module.css'

export interface StepPerson {
  id: string
  name: string
  decision?: string | null
  at?: string | null
  reason?: string | null
  /** Files that came with it. */
  attachments?: string[]
  /** A picture. */
  signature?: string
  /** By what way it came, where it was not the app. */
  channel?: 'mail_link'
  /** Why they are not asked. */
  skipped?: { code: string } | null
  due_at?: string | null
  /** What the engine did in their place. */
  automatic?: Automatic | null
}

export interface Step {
  key: string
  label: string
  state: 'done' | 'refused' | 'waiting' | 'next'
  mode?: string
  people: StepPerson[]
  /** Who got a copy here. */
  copied?: Copied[]
  /** For which of a list it is called. */
  item?: CallItem
  /** What is called, and for what. */
  calls?: NonNullable<PreviewNode['calls']>
  /** Why it stands here. */
  why?: string
  since?: string | null
  note?: string
  /** Until when it is to be decided. */
  due?: { at?: string | null; within?: string | null; then?: string | null }
  waits?: Waits
  /** It may come otherwise, if these fields change before. */
  unknown?: boolean
  dependsOn?: readonly string[]
}

/** Kinds of nodes that people see; switches and the like are the engine's own business. */
const SHOWN: ReadonlySet<string> = new Set(['approval', 'notify', 'form', 'call', 'wait'])

export function previewSteps(nodes: readonly PreviewNode[]): Step[] {
  return nodes
    .filter((node) => SHOWN.has(node.kind) && !(node as { current?: boolean }).current)
    .map((node, index) => ({
      key: `${node.node}-${index}`,
      label: node.label,
      state: 'next',
      ...(node.call?.item ? { item: node.call.item } : {}),
      ...(node.calls ? { calls: node.calls } : {}),
      people: node.people.map((person: StepPerson) => (person.skipped ? { ...person, decision: 'skipped' } : person)),
      ...(node.kind === 'approval' && node.people.length > 1 && node.mode ? { mode: node.mode } : {}),
      ...(node.reason ? { why: node.reason } : {}),
      ...(node.due ? { due: node.due } : {}),
      ...(node.waits ? { waits: node.waits } : {}),
      ...(node.note ? { note: node.note } : {}),
      ...(node.unknown ? { unknown: true, dependsOn: (node as { depends_on_labels?: string[] }).depends_on_labels ?? [] } : {}),
    }))
}

/** Whether somebody still has to act: an approver, or the initiator whom it was returned to. */
export function isRunning(instance: { status: string }): boolean {
  return ['new', 'running', 'returned'].includes(instance.status)
}

function passedStep(node: InstanceNode, index: number, running: boolean): Step {
  const refused = node.status === 'rejected' || node.status === 'returned' || node.people.some((person) => ['reject', 'rejected', 'return', 'returned'].includes(person.decision ?? ''))
  const open = running && !node.left_at && (node.status === undefined || node.status === 'open')
  const since = open ? node.entered_at : node.left_at
  const due = open ? node.people.map((person) => person.due_at).filter((at): at is string => !!at).sort()[0] : undefined
  return {
    key: `${node.node}-${index}`,
    label: node.label,
    ...(node.item ? { item: node.item } : {}),
    state: open ? 'waiting' : refused ? 'refused' : 'done',
    people: node.people,
    ...(node.copied?.length ? { copied: node.copied } : {}),
    ...(open && node.people.length > 1 && node.mode ? { mode: node.mode } : {}),
    ...(since ? { since } : {}),
    ...(due ? { due: { at: due } } : {}),
    ...(node.waits ? { waits: node.waits } : {}),
  }
}

export function instanceSteps(instance: InstanceAnswer): Step[] {
  const running = isRunning(instance)
  const behind = instance.nodes
    .filter((node) => SHOWN.has(node.kind) || (node.kind === 'start' && node.people.length > 0))
    .map((node, index) => passedStep(node, index, running))
  const ahead = running ? (Array.isArray(instance.next) ? instance.next : (instance.next?.nodes ?? [])) : []
  return [...behind, ...previewSteps(ahead).filter((step) => !behind.some((one) => one.state === 'waiting' && one.key.startsWith(`${step.key.split('-')[0]}-`)))]
}

const MARKS: Record<Step['state'], IconName> = { done: 'check', refused: 'close', waiting: 'clock', next: 'dot' }

export function Steps({ steps, language, label }: { steps: readonly Step[]; language: string; label: string }) {
  const { t } = useTranslation('record')
  const texts = useAutomaticTexts()
  return (
    <ol className={style.steps} aria-label={label}>
      {steps.map((step) => (
        <li key={step.key} className={`${style.step} ${style[step.state]}`}>
          <span className={style.stepMark}><Icon name={MARKS[step.state]} size={13} label={t(`approval.state.${step.state}`)} /></span>
          <div className={style.stepBody}>
            <p className={style.stepHead}>
              <strong>{step.label}</strong>
              {step.item && <span className={style.mode}>{t(`approval.call.${step.item.kind}`, { name: step.item.name })}</span>}
              {step.mode && <span className={style.mode}>{t(`approval.mode.${step.mode}`, { defaultValue: step.mode })}</span>}
            </p>
            {step.calls && <p className={style.why}>{callText(step.calls, t)}</p>}
            {step.why && <p className={style.why}>{step.why}</p>}
            {step.unknown && <p className={style.why}>{step.dependsOn?.length ? t('approval.depends', { fields: step.dependsOn.join(', ') }) : t('approval.unknown')}</p>}
            {step.note && <p className={style.why}>{step.note}</p>}
            {step.waits && <p className={style.why}>{waitText(step.waits, step.state, t, language, texts.span)}</p>}
            {step.due && <DueLine due={step.due} open={step.state === 'waiting'} language={language} />}
            <ul className={style.people}>
              {step.people.map((person) => (
                <li key={person.id}>
                  <Avatar name={person.name} size={22} />
                  <span className={style.person}>
                    <span>{person.name}{person.decision && person.decision !== 'open' && !person.automatic && <em className={style[tone(person.decision)]}> · {decisionText(person, t)}</em>}</span>
                    {person.automatic && <em className={style.why}>{texts.automatic(person.automatic)}</em>}
                    {person.reason && <q>{person.reason}</q>}
                    <DecisionFiles attachments={person.attachments} signature={person.signature} />
                    {person.at && <time dateTime={person.at} title={formatDatetime(person.at, language)}>{formatAgo(person.at, language)}{person.channel ? ` · ${t('approval.by_mail_link')}` : ''}</time>}
                  </span>
                </li>
              ))}
            </ul>
            {step.copied && <p className={style.why}>{t('approval.copied_to', { people: step.copied.map((copy) => copyText(copy, t, language)).join(t('approval.comma')) })}</p>}
            {step.state === 'waiting' && step.since && (
              <p className={style.since}>{t('approval.waiting', { span: formatSpan(step.since, localeTag(language)) })}</p>
            )}
          </div>
        </li>
      ))}
    </ol>
  )
}

/** "Chen Hao (read 2 hours ago)". */
function copyText({ name, read_at: read }: Copied, t: TFunction<'record'>, language: string): string {
  return read ? t('approval.copy_read', { name, when: formatAgo(read, language) }) : t('approval.copy_unread', { name })
}

/** "Runs ‘Inspection’ for each of 3: 1, 2, 3". */
function callText({ title, items, waits }: NonNullable<PreviewNode['calls']>, t: TFunction<'record'>): string {
  const names = items.slice(0, 6).map((item) => t(`approval.call.${item.kind}`, { name: item.name })).join(', ')
  const more = items.length > 6 ? ' …' : ''
  const what = items.length ? t('approval.call.each', { title, count: items.length, names: `${names}${more}` }) : t('approval.call.once', { title })
  return waits ? what : `${what} ${t('approval.call.apart')}`
}

/** Until when it is to be decided; that it is too late is said in words too. */
function DueLine({ due, open, language }: { due: NonNullable<Step['due']>; open: boolean; language: string }) {
  const { t } = useTranslation('record')
  const { span } = useAutomaticTexts()
  const then = due.then ? t(`approval.and_then.${due.then}`, { defaultValue: '' }) : ''
  if (!due.at) return due.within ? <p className={style.why}>{t('approval.due_within', { span: span(due.within) })}{then}</p> : null
  const date = formatDatetime(due.at, language)
  if (!open) return <p className={style.why}>{t('approval.due_at', { date })}{then}</p>
  const late = isPast(due.at)
  return <p className={style.due} data-late={late || undefined}><Icon name={late ? 'warning' : 'clock'} size={13} />{t(late ? 'approval.overdue' : 'approval.due', { date, when: formatAgo(due.at, language) })}</p>
}

function waitText(waits: Waits, state: Step['state'], t: TFunction<'record'>, language: string, span: (period: string) => string): string {
  if (waits.ended_by) return t(`approval.waited.${waits.ended_by}`, { name: waits.by_name ?? '' })
  if (state === 'done') return t('approval.cancelled_wait')
  if (waits.until) return t('approval.waits.until', { date: formatDatetime(waits.until, language) })
  if (waits.within) return t('approval.waits.within', { span: span(waits.within) })
  return t(waits.message ? 'approval.waits.message' : waits.condition ? 'approval.waits.condition' : 'approval.waits.date')
}

/** Who is not asked is told with the reason: "skipped, submits it" reads otherwise than a plain "skipped". */
function decisionText({ decision, skipped }: StepPerson, t: TFunction<'record'>): string {
  const plain = t(`approval.decided.${decision}`, { defaultValue: decision ?? '' })
  return decision === 'skipped' && skipped ? t(`approval.skipped.${skipped.code}`, { defaultValue: plain }) : plain
}

function tone(decision: string): 'good' | 'bad' | 'plain' {
  if (decision.startsWith('approve')) return 'good'
  return decision.startsWith('reject') || decision.startsWith('return') ? 'bad' : 'plain'
}
