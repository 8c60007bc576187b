/** A month on a phone: the days that have something, one below the other. */
import { useEffect, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { paths } from '@/model/paths'
import { Button } from '@/ui/button'
import { Empty } from '@/ui/empty'
import { SkeletonRows } from '@/ui/skeleton'
import type { Entry } from './calendar-view'
import style from './calendar.module.css'

interface CalendarAgendaProps {
  label: string
  entity: string
  entries: Entry[]
  days: string[]
  today: string
  writable: boolean
  busy: boolean
  onAsk: (entry: Entry) => void
}

export function CalendarAgenda({ label, entity, entries, days, today, writable, busy, onAsk }: CalendarAgendaProps) {
  const { t, i18n } = useTranslation()
  const current = useRef<HTMLLIElement>(null)
  const month = days[0]
  useEffect(() => {
    if (!busy) current.current?.scrollIntoView({ block: 'center' })
  }, [busy, month])
  if (busy) return <SkeletonRows rows={6} height={52} />
  const filled = days.map((day) => ({ day, here: entries.filter((entry) => entry.first <= day && entry.last >= day) })).filter(({ day, here }) => here.length > 0 || day === today)
  if (filled.every(({ here }) => here.length === 0)) return <Empty compact icon="calendar" title={t('list:calendar.nothing')} text={t('list:calendar.nothing_text')} />
  const names = new Intl.DateTimeFormat(i18n.language, { weekday: 'short', day: 'numeric', month: 'short', timeZone: 'UTC' })
  return (
    <ul className={style.agenda} aria-label={label}>
      {filled.map(({ day, here }) => (
        <li key={day} ref={day === today ? current : undefined} data-today={day === today || undefined} className={style.agendaDay}>
          <h3 className={style.agendaName}>{names.format(new Date(`${day}T00:00:00Z`))}{day === today ? <span> · {t('list:calendar.today')}</span> : null}</h3>
          {here.map((entry) => (
            <div key={entry.row.id} className={style.agendaRow} data-color={entry.color}>
              <Link to={paths.record(entity, entry.row.id)}>{entry.title}</Link>
              {writable ? <Button kind="quiet" icon="calendar" label={t('list:calendar.other_day', { title: entry.title })} onClick={() => onAsk(entry)} /> : null}
            </div>
          ))}
        </li>
      ))}
    </ul>
  )
}
