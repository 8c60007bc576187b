// A list as a file: in which format, with which columns and lines; then how far it is. Much is given only for a reason.
import { useQuery } from '@tanstack/react-query'
import { useEffect, useRef, useState, type FormEvent } from 'react'
import { useTranslation } from 'react-i18next'
import { exportExtent, exportFile } from '@/api/exports'
import type { ListQuery } from '@/api/records'
import { errorText } from '@/locales/i18n'
import type { EntityModel } from '@/model/app'
import { formatDecimal } from '@/model/format'
import { Button } from '@/ui/button'
import { Dialog } from '@/ui/dialog'
import { FieldFrame } from '@/ui/field-frame'
import { Notice } from '@/ui/notice'
import { Select } from '@/ui/select'
import { TextInput } from '@/ui/text-input'
import { useToast } from '@/ui/toast'
import style from './export-dialog.module.css'

interface ExportDialogProps {
  entity: EntityModel
  query: ListQuery
  onClose: () => void
}

type Format = 'xlsx' | 'csv'

export default function ExportDialog({ entity, query, onClose }: ExportDialogProps) {
  const { t, i18n } = useTranslation()
  const toast = useToast()
  const [format, setFormat] = useState<Format>('xlsx')
  const [every, setEvery] = useState<'shown' | 'all'>('shown')
  const [lines, setLines] = useState('')
  const [reason, setReason] = useState('')
  const [bytes, setBytes] = useState<number | null>(null)
  const [failure, setFailure] = useState<unknown>(null)
  const stop = useRef<AbortController | null>(null)
  // Whoever goes away wants no file any more.
  useEffect(() => () => stop.current?.abort(), [])

  const { view, filter, q, sort, deleted } = query
  const fields = Object.values(entity.fields).filter((field) => field.type !== 'lines').map((field) => field.name)
  const all = [...(entity.numbered ? ['number'] : []), ...(entity.lifecycle ? ['state'] : []), ...fields]
  const columns = every === 'all' ? all.join(',') : query.columns
  const asked = { view, filter, q, sort, deleted, columns }
  const extent = useQuery({
    queryKey: ['export', entity.name, asked],
    queryFn: ({ signal }) => exportExtent(entity.name, 'csv', asked, signal),
    gcTime: 0,
  })
  const number = (value: number) => formatDecimal(value, i18n.language, 0)
  const tables = Object.values(entity.fields).filter((field) => field.type === 'lines')
  const tooMany = extent.data !== undefined && extent.data.rows > extent.data.most
  const wantsReason = extent.data?.reason === true && !tooMany
  const busy = bytes !== null

  const take = async (event: FormEvent): Promise<void> => {
    event.preventDefault()
    if (busy || tooMany || (wantsReason && reason.trim() === '')) return
    const here = new AbortController()
    stop.current = here
    setFailure(null)
    setBytes(0)
    try {
      const wanted = { ...asked, lines, reason: reason.trim() }
      const blob = await exportFile(entity.name, format, wanted, here.signal, setBytes)
      save(blob, `${entity.label_plural}.${format}`)
      toast.success(t('list:export_dialog.done'))
      onClose()
    } catch (cause) {
      if (!here.signal.aborted) setFailure(cause)
    } finally {
      setBytes(null)
    }
  }

  return (
    <Dialog open title={t('list:export_dialog.title', { label: entity.label_plural })} onClose={onClose} width={460}>
      <form className={style.form} onSubmit={(event) => void take(event)}>
        <FieldFrame label={t('list:export_dialog.format')}>
          {({ id }) => (
            <Select<Format> id={id} value={format} disabled={busy} onChange={(value) => setFormat(value ?? 'xlsx')}
              options={[{ value: 'xlsx', label: t('list:export_dialog.xlsx') }, { value: 'csv', label: t('list:export_dialog.csv') }]} />
          )}
        </FieldFrame>
        <FieldFrame label={t('list:export_dialog.columns')}>
          {({ id }) => (
            <Select<'shown' | 'all'> id={id} value={every} disabled={busy} onChange={(value) => setEvery(value ?? 'shown')}
              options={[{ value: 'shown', label: t('list:export_dialog.shown') }, { value: 'all', label: t('list:export_dialog.all', { number: all.length }) }]} />
          )}
        </FieldFrame>
        {tables.length > 0 && (
          <FieldFrame label={t('list:export_dialog.lines')} help={lines === '' ? undefined : t(`list:export_dialog.lines_${format}`)}>
            {({ id }) => (
              <Select id={id} value={lines} disabled={busy} onChange={(value) => setLines(value ?? '')}
                options={[{ value: '', label: t('list:export_dialog.no_lines') }, ...tables.map((table) => ({ value: table.name, label: table.label }))]} />
            )}
          </FieldFrame>
        )}
        {wantsReason && (
          <FieldFrame label={t('list:export_much.reason')} help={t('list:export_much.text', { number: number(extent.data?.rows ?? 0) })} required>
            {({ id }) => <TextInput id={id} value={reason} onChange={setReason} />}
          </FieldFrame>
        )}
        {tooMany && <Notice kind="warning">{t('list:export_much.too_many', { number: number(extent.data?.most ?? 0) })}</Notice>}
        {extent.error !== null && <Notice kind="error">{errorText(extent.error, t)}</Notice>}
        {failure !== null && <Notice kind="error">{errorText(failure, t)}</Notice>}
        <p className={style.state} role="status">
          {busy ? t(bytes === 0 ? 'list:export_dialog.making' : 'list:export_dialog.coming', { size: size(bytes, i18n.language) })
            : extent.data && !tooMany ? t('list:export_dialog.rows', { count: extent.data.rows, number: number(extent.data.rows) }) : ''}
        </p>
        <div className={style.foot}>
          <Button onClick={onClose}>{t(busy ? 'list:export_dialog.stop' : 'action.cancel')}</Button>
          <Button kind="primary" icon="download" submit busy={busy} disabled={tooMany || extent.data === undefined || (wantsReason && reason.trim() === '')}>{t('list:export')}</Button>
        </div>
      </form>
    </Dialog>
  )
}

function size(bytes: number, language: string): string {
  return bytes < 1_000_000 ? `${formatDecimal(bytes / 1000, language, 0)} kB` : `${formatDecimal(bytes / 1_000_000, language, 1)} MB`
}

function save(blob: Blob, name: string): void {
  const address = URL.createObjectURL(blob)
  const link = document.createElement('a')
  link.href = address
  link.download = name
  link.click()
  // The download has its own hold on it by then.
  setTimeout(() => URL.revokeObjectURL(address), 60_000)
}
