/** Takes a list out of the system: asked first how much it is, since much is given only for a reason. */
import { useState, type FormEvent, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { get, url } from '@/api/client'
import type { ListQuery } from '@/api/records'
import { errorText } from '@/locales/i18n'
import { formatDecimal } from '@/model/format'
import { Button } from '@/ui/button'
import { Dialog } from '@/ui/dialog'
import { FieldFrame } from '@/ui/field-frame'
import { Notice } from '@/ui/notice'
import { TextInput } from '@/ui/text-input'
import { useToast } from '@/ui/toast'

interface Extent {
  rows: number
  most: number
  reason: boolean
}

export function useExport(entity: string, query: ListQuery): { download: () => void; dialog: ReactNode } {
  const { t } = useTranslation()
  const toast = useToast()
  const [extent, setExtent] = useState<Extent | null>(null)
  const path = `/api/export/${entity}.csv`
  const { view, filter, q, sort, columns } = query
  const asked = { view, filter, q, sort, columns }
  const take = (reason?: string) => {
    setExtent(null)
    window.location.assign(url(path, { ...asked, reason }))
  }
  const download = async () => {
    try {
      const found = await get<Extent>(path, { ...asked, check: 1 })
      if (found.reason || found.rows > found.most) setExtent(found)
      else take()
    } catch (cause) {
      toast.error(errorText(cause, t))
    }
  }
  const dialog = extent ? <Reason extent={extent} onTake={take} onClose={() => setExtent(null)} /> : null
  return { download: () => void download(), dialog }
}

function Reason({ extent, onTake, onClose }: { extent: Extent; onTake: (reason: string) => void; onClose: () => void }) {
  const { t, i18n } = useTranslation()
  const [reason, setReason] = useState('')
  const number = (value: number) => formatDecimal(value, i18n.language, 0)
  const tooMany = extent.rows > extent.most
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (reason.trim()) onTake(reason.trim())
  }
  return (
    <Dialog open title={t('list:export_much.title')} onClose={onClose} width={440}>
      <form onSubmit={submit} style={{ display: 'grid', gap: 14 }}>
        {tooMany ? <Notice kind="warning">{t('list:export_much.too_many', { number: number(extent.most) })}</Notice> : (
          <>
            <p>{t('list:export_much.text', { number: number(extent.rows) })}</p>
            <FieldFrame label={t('list:export_much.reason')} required>
              {({ id }) => <TextInput id={id} value={reason} onChange={setReason} autoFocus />}
            </FieldFrame>
          </>
        )}
        <div style={{ display: 'flex', gap: 8, justifyContent: 'flex-end' }}>
          <Button onClick={onClose}>{t(tooMany ? 'action.close' : 'action.cancel')}</Button>
          {tooMany ? null : <Button kind="primary" icon="download" submit disabled={!reason.trim()}>{t('list:export')}</Button>}
        </div>
      </form>
    </Dialog>
  )
}
