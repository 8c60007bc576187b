import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { addDays, monthOf } from '@/model/month'
import { paths } from '@/model/paths'
import { Popover } from '@/ui/popover'
import { useDraggable, useDropTarget } from '../board/use-drag'
import type { Entry } from './calendar-view'
import style from './calendar.module.css'

interface CalendarGridProps {
  label: string
  entity: string
  entries: Entry[]
  days: string[]
  /** The month whose days are meant; in a week all are. */
  month: string | null
  today: string
  writable: boolean
  busy: boolean
  onMove: (entry: Entry, day: string) => void
  onAsk: (entry: Entry) => void
}

/** So many entries of a day are shown in a month; the rest behind a click. */
const most = 4

export function CalendarGrid({ label, days, month, busy, ...rest }: CalendarGridProps) {
  const { i18n } = useTranslation()
  const weeks = Array.from({ length: days.length / 7 }, (_, n) => days.slice(n * 7, n * 7 + 7))
  const names = new Intl.DateTimeFormat(i18n.language, { weekday: 'short', timeZone: 'UTC' })
  return (
    <div className={style.grid} role="table" aria-label={label} aria-busy={busy} data-week={month === null || undefined}>
      <div role="row" className={style.names}>
        {(weeks[0] ?? []).map((day) => <div key={day} role="columnheader" className={style.weekday}>{names.format(new Date(`${day}T00:00:00Z`))}</div>)}
      </div>
      {weeks.map((week) => (
        <div key={week[0]} role="row" className={style.week}>
          {week.map((day) => <Day key={day} day={day} outside={month !== null && monthOf(day) !== month} whole={month === null} {...rest} />)}
        </div>
      ))}
    </div>
  )
}

interface DayProps extends Omit<CalendarGridProps, 'label' | 'days' | 'month' | 'busy'> {
  day: string
  outside: boolean
  whole: boolean
}

interface Carried {
  entry?: Entry
}

function Day({ day, outside, whole, entity, entries, today, writable, onMove, onAsk }: DayProps) {
  const { t, i18n } = useTranslation()
  const [open, setOpen] = useState(false)
  const { ref, over } = useDropTarget<HTMLDivElement>({
    canDrop: (what) => (what as Carried).entry !== undefined,
    onDrop: (what) => {
      const { entry } = what as Carried
      if (entry) onMove(entry, day)
    },
  })
  const here = entries.filter((entry) => entry.first <= day && entry.last >= day)
  const shown = whole || here.length <= most ? here : here.slice(0, most - 1)
  const chip = (entry: Entry) => <Chip key={entry.row.id} entry={entry} day={day} entity={entity} writable={writable} onMove={onMove} onAsk={onAsk} />
  const date = new Date(`${day}T00:00:00Z`)
  const name = new Intl.DateTimeFormat(i18n.language, { dateStyle: 'full', timeZone: 'UTC' }).format(date)
  return (
    <div ref={ref} role="cell" className={style.day} data-outside={outside || undefined} data-today={day === today || undefined} data-over={over || undefined}>
      <span className={style.date} aria-label={name}>{date.getUTCDate()}</span>
      {shown.map(chip)}
      {here.length > shown.length ? (
        <Popover open={open} onOpenChange={setOpen} content={<div className={style.all}><strong>{name}</strong>{here.map(chip)}</div>}>
          <button type="button" className={style.rest}>{t('list:calendar.more', { count: here.length - shown.length })}</button>
        </Popover>
      ) : null}
    </div>
  )
}

interface ChipProps {
  entry: Entry
  day: string
  entity: string
  writable: boolean
  onMove: (entry: Entry, day: string) => void
  onAsk: (entry: Entry) => void
}

function Chip({ entry, day, entity, writable, onMove, onAsk }: ChipProps) {
  const { t } = useTranslation()
  const { ref, dragged } = useDraggable<HTMLDivElement>({ entry }, writable)
  return (
    <div ref={ref} className={style.chip} data-color={entry.color} data-dragged={dragged || undefined} data-goes-on={entry.first < day || undefined}>
      <Link
        to={paths.record(entity, entry.row.id)}
        draggable={false}
        className={style.link}
        title={writable ? `${entry.title}. ${t('list:calendar.keys')}` : entry.title}
        aria-keyshortcuts={writable ? 'M Alt+ArrowLeft Alt+ArrowRight' : undefined}
        onKeyDown={(event) => {
          if (!writable || event.ctrlKey || event.metaKey) return
          const by = event.altKey ? { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 }[event.key] : undefined
          if (by) onMove(entry, addDays(entry.first, by))
          else if (event.key === 'm' && !event.altKey) onAsk(entry)
          else return
          event.preventDefault()
          event.stopPropagation()
        }}
      >
        {entry.title}
      </Link>
    </div>
  )
}
