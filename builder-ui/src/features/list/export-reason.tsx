/** What a great list is needed for, before it is taken out. */
import { useState, type FormEvent } from 'react'
import { useTranslation } from 'react-i18next'
import { formatDecimal } from '@/model/format'
import { Button } from '@/ui/button'
import { Dialog } from '@/ui/dialog'
import { FieldFrame } from '@/ui/field-frame'
import { Notice } from '@/ui/notice'
import { TextInput } from '@/ui/text-input'
import type { Extent } from './use-export'

export default function Reason({ extent, onTake, onClose }: { extent: Extent; onTake: (reason: string) => void; onClose: () => void }) {
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
