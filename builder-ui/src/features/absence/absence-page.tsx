/** Who decides while I am away. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { useSession } from '@/api/app-context'
import { endDeputy, listDeputies, setDeputy, type Deputy } from '@/api/deputies'
import { keys } from '@/api/keys'
import { DayField } from '@/fields/day-field'
import { PersonSelect } from '@/features/people/person-select'
import { errorText } from '@/locales/i18n'
import { formatDate } from '@/model/format'
import { paths } from '@/model/paths'
import { dayOf, momentOf } from '@/model/zone'
import { Button } from '@/ui/button'
import { Card } from '@/ui/card'
import { useConfirm } from '@/ui/confirm'
import { FieldFrame } from '@/ui/field-frame'
import { Notice } from '@/ui/notice'
import { Page } from '@/ui/page'
import { SkeletonRows } from '@/ui/skeleton'
import { Tag } from '@/ui/tag'
import { TextInput } from '@/ui/text-input'
import { useToast } from '@/ui/toast'
import style from './absence-page.module.css'

/** The first moment of a day by the firm's clock, `after` days later. */
function startOf(day: string, after = 0): string {
  const [year = 0, month = 1, date = 1] = day.split('-').map(Number)
  return momentOf({ year, month, day: date + after, hour: 0, minute: 0, second: 0 }).toISOString()
}

export default function AbsencePage() {
  const { t } = useTranslation('absence')
  const list = useQuery({ queryKey: keys.deputies, queryFn: listDeputies })
  return (
    <Page title={t('title')} width="narrow">
      <p className={style.lead}>{t('lead')}</p>
      <div className={style.cards}>
        <Card label={t('set')}><NewDeputy /></Card>
        <Card flush label={t('title')}>
          {list.isPending ? <SkeletonRows rows={2} height={52} /> : null}
          {list.error ? <Notice kind="error">{errorText(list.error, t)}</Notice> : null}
          {list.data?.rows.length === 0 ? <p className={style.none}>{t('none')}</p> : null}
          <ul>{list.data?.rows.map((row) => <DeputyRow key={row.id} row={row} />)}</ul>
        </Card>
      </div>
    </Page>
  )
}

function NewDeputy() {
  const { t } = useTranslation('absence')
  const { user } = useSession()
  const client = useQueryClient()
  const toast = useToast()
  const [today] = useState(() => dayOf(new Date()))
  const [deputy, choose] = useState<string | null>(null)
  const [from, setFrom] = useState(today)
  const [to, setTo] = useState('')
  const [reason, setReason] = useState('')
  const [tried, setTried] = useState(false)
  const save = useMutation({
    // The last day counts as a whole.
    mutationFn: () => setDeputy({ deputy: deputy ?? '', from: startOf(from), to: startOf(to, 1), ...(reason.trim() ? { reason: reason.trim() } : {}) }),
    onSuccess: (row) => {
      toast.success(t('set_done', { name: row.deputy_name }))
      choose(null)
      setTo('')
      setReason('')
      setTried(false)
      void client.invalidateQueries({ queryKey: keys.deputies })
    },
  })
  const problem = !deputy || !from || !to ? t('need') : to < from ? t('order') : null
  const submit = () => {
    setTried(true)
    if (!problem) save.mutate()
  }
  return (
    <form className={style.form} noValidate onSubmit={(event) => { event.preventDefault(); submit() }}>
      <FieldFrame label={t('deputy')} required>{({ id }) => <PersonSelect id={id} value={deputy} onChange={choose} except={user.id} />}</FieldFrame>
      <DayField label={t('from')} required value={from || null} onChange={(day) => setFrom(day ?? '')} />
      <DayField label={t('to')} required value={to || null} onChange={(day) => setTo(day ?? '')} />
      <FieldFrame label={t('reason')} help={t('reason_help')}>{({ id, describedBy }) => <TextInput id={id} describedBy={describedBy} value={reason} onChange={setReason} />}</FieldFrame>
      {tried && problem ? <Notice kind="error">{problem}</Notice> : null}
      {save.error ? <Notice kind="error">{errorText(save.error, t)}</Notice> : null}
      <div><Button kind="primary" submit busy={save.isPending}>{t('set')}</Button></div>
    </form>
  )
}

function DeputyRow({ row }: { row: Deputy }) {
  const { t, i18n } = useTranslation('absence')
  const client = useQueryClient()
  const confirm = useConfirm()
  const end = useMutation({ mutationFn: () => endDeputy(row.id), onSettled: () => client.invalidateQueries({ queryKey: keys.deputies }) })
  const [now] = useState(() => Date.now())
  const over = Boolean(row.ended_at) || new Date(row.to).getTime() <= now
  const ask = async () => {
    if (await confirm({ title: t('end_title', { name: row.deputy_name }), text: t('end_text'), action: t('end'), cancel: t('common:action.cancel') })) end.mutate()
  }
  const day = (moment: string, before = 0) => formatDate(dayOf(new Date(new Date(moment).getTime() - before)), i18n.language)
  return (
    <li className={style.row}>
      <span className={style.who}>
        <strong>{row.deputy_name}</strong>
        <span>{day(row.from)} – {day(row.to, 1)}{row.reason ? ` · ${row.reason}` : ''}</span>
        {row.entity ? <FollowedRecord entity={row.entity} row={row} over={over} /> : null}
      </span>
      <Tag color={row.active ? 'green' : over ? 'grey' : 'blue'}>{t(row.active ? 'now' : over ? 'over' : 'planned')}</Tag>
      {over || row.entity ? null : <Button size="small" busy={end.isPending} onClick={() => void ask()}>{t('end')}</Button>}
    </li>
  )
}

/** The record that a deputyship comes from, by which alone it ends. */
function FollowedRecord({ entity, row, over }: { entity: string; row: Deputy; over: boolean }) {
  const { t } = useTranslation('absence')
  return (
    <span className={style.source}>
      {row.record ? <Link to={paths.record(entity, row.record)}>{row.title || t('record')}</Link> : t('record_hidden')}
      {over ? null : <> · {t('ends_with')}</>}
    </span>
  )
}
