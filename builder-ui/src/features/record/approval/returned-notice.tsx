// For whoever has it back: who gave it back, why, and what is to be changed.
import { useTranslation } from 'react-i18next'
import type { Returned } from '@/api/records'
import { Notice } from '@/ui/notice'
import { useForm } from '../form-context'

export function ReturnedNotice({ returned }: { returned: Returned }) {
  const { t } = useTranslation('record')
  const { entity } = useForm()
  const labels = returned.fields.map((name) => entity.fields[name]?.label ?? name)
  return (
    <Notice kind="warning">
      <p><strong>{returned.by.name ? t('approval.returned_by', { name: returned.by.name }) : t('approval.returned_late')}</strong>{returned.reason ? <> · <q>{returned.reason}</q></> : null}</p>
      {labels.length > 0 && <p>{t('approval.returned_fields', { fields: labels.join(t('approval.comma')) })}</p>}
      {returned.then === 'straight_back' && <p>{t('approval.returned_straight')}</p>}
    </Notice>
  )
}
