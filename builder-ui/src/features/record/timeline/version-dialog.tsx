// A record as it was at a version: what differs from now, chosen place by place, and given back as a change like any other.
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { readVersion, restoreVersion } from '@/api/history'
import { keys } from '@/api/keys'
import { errorText } from '@/locales/i18n'
import { Button } from '@/ui/button'
import { Checkbox } from '@/ui/checkbox'
import { Dialog } from '@/ui/dialog'
import { Empty } from '@/ui/empty'
import { Notice } from '@/ui/notice'
import { SkeletonRows } from '@/ui/skeleton'
import { useToast } from '@/ui/toast'
import { useForm } from '../form-context'
import { readChanges } from '../model/timeline'
import { Change, LineChanges } from './changes'
import style from './version.module.css'

export default function VersionDialog({ version, id, onClose }: { version: number; id: string; onClose: () => void }) {
  const { t } = useTranslation('record')
  const { entity, form } = useForm()
  const client = useQueryClient()
  const toast = useToast()
  const [left, setLeft] = useState<ReadonlySet<string>>(new Set())
  const [error, setError] = useState<unknown>(null)
  const [busy, setBusy] = useState(false)
  const then = useQuery({ queryKey: keys.version(entity.name, id, version), queryFn: () => readVersion(entity.name, id, version) })
  const changes = useMemo(
    () => (then.data ? readChanges({ at: '', kind: 'change', changes: then.data.differences }, entity, then.data.record) : null),
    [entity, then.data],
  )
  // A line table goes back whole: its lines stand under one box.
  const tables = useMemo(() => [...new Set(changes?.lines.map((line) => line.table) ?? [])], [changes])
  const writable = (name: string): boolean => name !== 'state' && entity.fields[name]?.formula === undefined && entity.fields[name]?.writable !== false
  const places = [...(changes?.fields.map((one) => one.path) ?? []), ...tables].filter(writable)
  const chosen = places.filter((place) => !left.has(place))
  const toggle = (place: string, on: boolean): void => {
    setLeft((before) => {
      const next = new Set(before)
      if (on) next.delete(place)
      else next.add(place)
      return next
    })
  }
  const box = (place: string, label: string) => (writable(place)
    ? <Checkbox checked={!left.has(place)} onChange={(on) => toggle(place, on)} label={t('history:version.take', { label })} />
    : <span className={style.fixed} />)

  const restore = async (): Promise<void> => {
    if (!then.data) return
    setBusy(true)
    setError(null)
    try {
      const fresh = await restoreVersion(entity.name, id, version, { version: then.data.now, fields: chosen })
      form.reset(fresh.record, fresh.titles)
      client.setQueryData(keys.record(entity.name, id), fresh)
      void client.invalidateQueries({ queryKey: keys.timeline(entity.name, id) })
      void client.invalidateQueries({ queryKey: [...keys.entity(entity.name), 'list'] })
      toast.success(t('history:version.restored', { version }))
      onClose()
    } catch (cause) {
      setError(cause)
      setBusy(false)
    }
  }

  return (
    <Dialog
      open
      width={640}
      title={t('history:version.title', { version })}
      onClose={onClose}
      footer={[
        <Button key="close" onClick={onClose}>{t('history:version.close')}</Button>,
        ...(places.length > 0
          ? [<Button key="restore" kind="primary" busy={busy} disabled={chosen.length === 0} onClick={() => void restore()}>{t('history:version.restore', { count: chosen.length })}</Button>]
          : []),
      ]}
    >
      {then.isPending ? <SkeletonRows rows={4} height={36} /> : null}
      {then.error ? <Notice kind="error">{errorText(then.error, t)}</Notice> : null}
      {error ? <div className={style.error}><Notice kind="error">{errorText(error, t)}</Notice></div> : null}
      {then.data?.erased ? <Notice kind="info">{t('history:version.erased')}</Notice> : null}
      {then.data && changes ? (
        places.length === 0 && changes.fields.length === 0
          ? <Empty compact icon="done" title={t('history:version.same')} text={t('history:version.same_text')} />
          : (
            <>
              <p className={style.intro}>{t('history:version.intro')}</p>
              <ul className={style.list}>
                {changes.fields.map((change) => (
                  <li key={change.path} className={style.place}>
                    {box(change.path, change.label)}
                    <dl><Change change={change} titles={then.data.titles} /></dl>
                  </li>
                ))}
                {tables.map((table) => (
                  <li key={table} className={style.place}>
                    {box(table, entity.fields[table]?.label ?? table)}
                    <div>
                      <p className={style.table}>{entity.fields[table]?.label ?? table}</p>
                      {changes.lines.filter((line) => line.table === table).map((line) => <LineChanges key={line.key} line={line} titles={then.data.titles} />)}
                    </div>
                  </li>
                ))}
              </ul>
            </>
          )
      ) : null}
    </Dialog>
  )
}
