// Two records that are the same become one: which stays, and of each field that differs, which value.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useId, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { keys } from '@/api/keys'
import { lookupRecords, mergeRecords, readRecord, undoMerge, type RecordAnswer } from '@/api/records'
import { formatValue } from '@/fields/registry'
import { Combobox, type ComboOption } from '@/fields/widgets/combobox'
import { errorText } from '@/locales/i18n'
import type { EntityModel, Field } from '@/model/app'
import type { Scalar } from '@/model/record'
import { Button } from '@/ui/button'
import { Dialog } from '@/ui/dialog'
import { Notice } from '@/ui/notice'
import { useToast } from '@/ui/toast'
import { isBlank } from './model/values'
import style from './conflict.module.css'

interface MergeDialogProps {
  entity: EntityModel
  id: string
  /** The other record, where it is known already. */
  other?: ComboOption | null
  onClose: () => void
  /** They are one now: the record that stayed. */
  onMerged: (winner: string) => void
}

export default function MergeDialog({ entity, id, other: known = null, onClose, onMerged }: MergeDialogProps) {
  const { t, i18n } = useTranslation(['record', 'common'])
  const { language } = i18n
  const client = useQueryClient()
  const toast = useToast()
  const ids = useId()
  const [chosen, setChosen] = useState<ComboOption | null>(known)
  const [swapped, setSwapped] = useState(false)
  const [theirs, setTheirs] = useState<ReadonlySet<string>>(new Set())
  const own = useQuery({ queryKey: keys.record(entity.name, id), queryFn: () => readRecord(entity.name, id) })
  const other = useQuery({
    queryKey: keys.record(entity.name, chosen?.value ?? ''),
    queryFn: () => readRecord(entity.name, chosen?.value ?? ''),
    enabled: chosen !== null,
  })
  const answer = own.data

  // The one that is there longer stays, unless one wants the other.
  const both = answer && other.data ? [answer, other.data] as const : null
  const older = both !== null && String(both[1].record.created_at) < String(both[0].record.created_at)
  const pair = both === null ? null : older === swapped ? { winner: both[0], loser: both[1] } : { winner: both[1], loser: both[0] }
  const value = (of: RecordAnswer, name: string): Scalar => (of.record[name] ?? null) as Scalar
  const differing = pair === null ? [] : Object.values(entity.fields).filter((field) =>
    field.type !== 'lines' && field.writable && !isBlank(value(pair.loser, field.name)) && !isBlank(value(pair.winner, field.name))
    && JSON.stringify(value(pair.winner, field.name)) !== JSON.stringify(value(pair.loser, field.name)))

  const text = (of: RecordAnswer, field: Field): string =>
    formatValue(value(of, field.name), field, { language, titles: of.titles, currency: null, words: { yes: t('record:yes'), no: t('record:no') } })

  const merge = useMutation({
    mutationFn: () => {
      if (pair === null) throw new Error('nothing chosen')
      const { winner, loser } = pair
      const fields = Object.fromEntries(differing.filter(({ name }) => theirs.has(name)).map(({ name }) => [name, loser.record[name] ?? null]))
      return mergeRecords(entity.name, winner.record.id, { version: winner.record.version, losers: [{ id: loser.record.id, version: loser.record.version }], fields })
    },
    onSuccess: (merged) => {
      void client.invalidateQueries({ queryKey: keys.entity(entity.name) })
      both?.forEach(({ record }) => client.removeQueries({ queryKey: keys.record(entity.name, record.id) }))
      toast.success(t('record:merge.done'), {
        label: t('record:trash.undo'),
        act: () => {
          undoMerge(merged.merge).then(() => client.invalidateQueries({ queryKey: keys.entity(entity.name) })).catch((error: unknown) => toast.error(errorText(error, t as never)))
        },
      })
      onMerged(merged.record.id)
    },
  })

  return (
    <Dialog
      open
      width={680}
      title={t('record:merge.title', { title: answer?.record.title ?? entity.label })}
      onClose={onClose}
      footer={
        <div className={style.foot}>
          {pair && <Button kind="quiet" onClick={() => { setSwapped(!swapped); setTheirs(new Set()) }}>{t('record:merge.swap')}</Button>}
          <span className={style.space} />
          <Button onClick={onClose}>{t('record:cancel')}</Button>
          <Button kind="primary" disabled={!pair} busy={merge.isPending} onClick={() => merge.mutate()}>{t('record:merge.merge')}</Button>
        </div>
      }
    >
      <p className={style.intro}>{t('record:merge.intro')}</p>
      <label htmlFor={`${ids}-other`} className={style.label}>{t('record:merge.other')}</label>
      <Combobox
        id={`${ids}-other`}
        label={t('record:merge.other')}
        value={chosen?.value ?? null}
        title={chosen?.title ?? ''}
        load={async (q, signal) => {
          const { rows } = await lookupRecords(entity.name, { q, limit: 20 }, signal)
          return rows.filter((row) => row.id !== id).map((row) => ({ value: row.id, title: row.title, ...(row.subtitle ? { subtitle: row.subtitle } : {}) }))
        }}
        onChange={(value, option) => { setChosen(value === null ? null : (option ?? { value, title: '' })); setTheirs(new Set()) }}
      />
      {pair && (
        <>
          <p className={style.stays}>{t('record:merge.stays', { winner: pair.winner.record.title, loser: pair.loser.record.title })}</p>
          <div className={style.list}>
            {differing.map((field) => (
              <fieldset key={field.name} className={style.conflict}>
                <legend>{field.label}</legend>
                <div className={style.options}>
                  {([[false, pair.winner], [true, pair.loser]] as const).map(([their, of]) => (
                    <label key={String(their)} className={style.option} data-chosen={theirs.has(field.name) === their || undefined}>
                      <input
                        type="radio"
                        name={`${ids}-${field.name}`}
                        checked={theirs.has(field.name) === their}
                        onChange={() => {
                          const next = new Set(theirs)
                          if (their) next.add(field.name)
                          else next.delete(field.name)
                          setTheirs(next)
                        }}
                      />
                      <span className={style.text}>{text(of, field)}</span>
                    </label>
                  ))}
                </div>
              </fieldset>
            ))}
            {differing.length === 0 && <p>{t('record:merge.no_difference')}</p>}
          </div>
        </>
      )}
      {own.error !== null && <Notice kind="error">{errorText(own.error, t as never)}</Notice>}
      {merge.error !== null && <Notice kind="error">{errorText(merge.error, t as never)}</Notice>}
      {other.error !== null && <Notice kind="error">{errorText(other.error, t as never)}</Notice>}
    </Dialog>
  )
}
