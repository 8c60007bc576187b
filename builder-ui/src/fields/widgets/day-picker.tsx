// A day, or a day and a time: one segment per part, usable with the keyboard and a screen reader, and a calendar.
import '../fields.css'
import { CalendarDate, CalendarDateTime, parseDate as readDay, toZoned, fromDate, toCalendarDateTime, type DateValue } from '@internationalized/date'
import { Button, Calendar, CalendarCell, CalendarGrid, CalendarGridBody, CalendarGridHeader, CalendarHeaderCell, DateInput, DatePicker, DateSegment, Dialog, Group, Heading, I18nProvider, Popover } from 'react-aria-components'
import { useTranslation } from 'react-i18next'
import { firmZone } from '@/model/zone'
import { isDate, parseDate, parseDatetime, today } from '../dates'
import { localeTag } from '../exact'
import type { EditProps } from '../field-type'

function toValue(value: unknown, time: boolean): DateValue | null {
  if (typeof value !== 'string' || value === '') return null
  if (!time) return isDate(value) ? readDay(value) : null
  const moment = new Date(value)
  return Number.isNaN(moment.getTime()) ? null : toCalendarDateTime(fromDate(moment, firmZone()))
}

function toWire(value: DateValue | null, time: boolean): string | null {
  if (value === null) return null
  const day = new CalendarDate(value.year, value.month, value.day)
  if (!time) return day.toString()
  const [hour, minute] = value instanceof CalendarDateTime ? [value.hour, value.minute] : [0, 0]
  return toZoned(new CalendarDateTime(day.year, day.month, day.day, hour, minute), firmZone()).toDate().toISOString()
}

/** English is read on both sides of the ocean: year, month, day is the one order that nobody takes for another. */
function segmentLocale(language: string): string {
  const tag = localeTag(language)
  return tag.startsWith('en') ? 'en-CA' : tag
}

export default function DayPicker(props: EditProps & { time?: boolean }) {
  const { t } = useTranslation('fields')
  const time = props.time === true
  const invalid = props.invalid ?? false
  return (
    <I18nProvider locale={segmentLocale(props.context.language)}>
      <DatePicker
        className="pf-day"
        aria-label={props.label}
        aria-describedby={props.describedBy}
        value={toValue(props.value, time)}
        granularity={time ? 'minute' : 'day'}
        hourCycle={24}
        placeholderValue={toValue(today(), false)}
        shouldForceLeadingZeros
        isDisabled={props.disabled ?? false}
        isInvalid={invalid}
        isRequired={props.required ?? false}
        validationBehavior="aria"
        onChange={(value) => props.onChange(toWire(value, time))}
        onBlur={() => props.onBlur?.()}
      >
        <Group
          id={props.id}
          className={`pf-input${invalid ? ' pf-invalid' : ''}${props.disabled ? ' pf-disabled' : ''}`}
          onPaste={(event) => {
            const text = event.clipboardData.getData('text/plain')
            const parsed = time ? parseDatetime(text) : parseDate(text)
            if (!('value' in parsed) || props.disabled) return
            event.preventDefault()
            props.onChange(parsed.value)
          }}
        >
          <DateInput className="pf-segments">{(segment) => <DateSegment segment={segment} className="pf-segment" />}</DateInput>
          {!props.disabled && (
            <Button className="pf-icon pf-stay" aria-label={t('open_calendar', { label: props.label })}>
              <svg viewBox="0 0 16 16" aria-hidden="true"><path d="M2.5 4.5h11v9h-11zM2.5 7h11M5.5 2.5v3M10.5 2.5v3" /></svg>
            </Button>
          )}
        </Group>
        <Popover className="pf-popover" placement="bottom start">
          <Dialog className="pf-dialog" aria-label={props.label}>
            {({ close }) => (
              <>
                <Calendar className="pf-calendar" firstDayOfWeek="mon">
                  <header>
                    <Button slot="previous" className="pf-icon"><svg viewBox="0 0 16 16" aria-hidden="true"><path d="M10 3l-5 5 5 5" /></svg></Button>
                    <Heading />
                    <Button slot="next" className="pf-icon"><svg viewBox="0 0 16 16" aria-hidden="true"><path d="M6 3l5 5-5 5" /></svg></Button>
                  </header>
                  <CalendarGrid>
                    <CalendarGridHeader>{(day) => <CalendarHeaderCell>{day}</CalendarHeaderCell>}</CalendarGridHeader>
                    <CalendarGridBody>{(date) => <CalendarCell date={date} className="pf-date" />}</CalendarGridBody>
                  </CalendarGrid>
                </Calendar>
                <footer className="pf-calendar-foot">
                  <button type="button" className="pf-link" onClick={() => { props.onChange(time ? new Date().toISOString() : today()); close() }}>{t(time ? 'now' : 'today')}</button>
                  {!props.required && <button type="button" className="pf-link" onClick={() => { props.onChange(null); close() }}>{t('clear_short')}</button>}
                </footer>
              </>
            )}
          </Dialog>
        </Popover>
      </DatePicker>
    </I18nProvider>
  )
}
