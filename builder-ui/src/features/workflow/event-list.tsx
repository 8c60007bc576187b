/** What happened in a workflow, newest first. */
import type { TFunction } from 'i18next'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { FlowEvent } from '@/api/workflows'
import { formatDatetime } from '@/model/format'
import { Button } from '@/ui/button'
import { Icon, type IconName } from '@/ui/icon'
import style from './event-list.module.css'

/** What people want to know of; the engine's own steps between stand in the picture. */
const TOLD: Record<string, IconName> = {
  started: 'send', resubmitted: 'send', task_decided: 'check', task_handed_over: 'person', task_claimed: 'inbox', task_released: 'inbox', signers_added: 'person_add', consulted: 'comment',
  answered: 'comment', copied: 'mention', suspended: 'clock', resumed: 'redo', jumped: 'redo', urged: 'bell', taken_back: 'undo', returned: 'undo', sent_back: 'undo',
  withdrawn: 'undo', cancelled: 'close', ended: 'done', incident_raised: 'warning', incident_solved: 'check', part_settled: 'person_leave', task_opened: 'inbox',
}
const SHOWN = 12

export function EventList({ events }: { events: FlowEvent[] }) {
  const { t, i18n } = useTranslation('workflows')
  const [all, setAll] = useState(false)
  const told = events.filter((event) => event.kind in TOLD).toReversed()
  return (
    <>
      <ol className={style.list} aria-label={t('events.title')}>
        {told.slice(0, all ? undefined : SHOWN).map((event) => (
          <li key={event.seq} className={style.event} data-verdict={event.verdict ?? event.kind}>
            <span className={style.sign}><Icon name={event.kind === 'task_decided' && event.verdict === 'rejected' ? 'close' : (TOLD[event.kind] ?? 'dot')} size={13} /></span>
            <div>
              <p>{sentence(event, t)}</p>
              {event.reason || event.question ? <q>{event.reason ?? event.question}</q> : null}
              <time dateTime={event.at}>{formatDatetime(event.at, i18n.language)}</time>
            </div>
          </li>
        ))}
      </ol>
      {!all && told.length > SHOWN ? <p className={style.more}><Button kind="quiet" size="small" onClick={() => setAll(true)}>{t('events.more', { count: told.length - SHOWN })}</Button></p> : null}
    </>
  )
}

function sentence(event: FlowEvent, t: TFunction<'workflows'>): string {
  const to = event.to as { name?: string; node?: string; label?: string } | undefined
  const values = {
    name: event.by?.name ?? t('events.engine'), node: event.label ?? '', who: event.who?.name ?? event.assignee?.name ?? '', to: to?.name ?? to?.label ?? to?.node ?? '',
    people: (event.people ?? []).map((one) => one.name ?? (one as unknown as { who?: { name: string } }).who?.name ?? '').filter(Boolean).join(t('comma')),
    outcome: t(`outcome.${event.outcome}`, { defaultValue: event.outcome ?? '' }),
  }
  if (event.kind === 'task_decided') return t(`events.decided.${event.verdict ?? 'approved'}`, values)
  if (event.kind === 'incident_solved') return t((event as { skipped?: boolean }).skipped ? 'events.incident_skipped' : 'events.incident_solved', values)
  return t(`events.${event.kind}`, values)
}
