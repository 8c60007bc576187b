/** What could not be done in a workflow: tried again, mended and tried again, or passed over; each with a reason. */
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useAppModel } from '@/api/app-context'
import { solveIncident, type FlowIncident } from '@/api/workflows'
import { formatAgo } from '@/model/format'
import { Button } from '@/ui/button'
import { FieldFrame } from '@/ui/field-frame'
import { Icon } from '@/ui/icon'
import { Select } from '@/ui/select'
import { TextInput } from '@/ui/text-input'
import { ReasonDialog } from './reason-dialog'
import style from './incident-card.module.css'

interface IncidentCardProps {
  instance: string
  entity: string
  incident: FlowIncident
  onDone: () => void
}

export function IncidentCard({ instance, entity, incident, onDone }: IncidentCardProps) {
  const { t, i18n } = useTranslation('workflows')
  const [act, setAct] = useState<'retry' | 'mend' | 'skip' | null>(null)
  const [field, setField] = useState<string | null>(null)
  const [value, setValue] = useState('')
  const model = useAppModel().entities[entity]
  // One value at a time is what a failed step lacks; more is the record's own page.
  const fields = Object.values(model?.fields ?? {}).filter((one) => one.writable && !['lines', 'attachment', 'image', 'references', 'signature'].includes(one.type))
  const chosen = field ? model?.fields[field] : undefined
  const sent = chosen && ['integer', 'duration', 'rating'].includes(chosen.type) && value !== '' ? Number(value) : chosen?.type === 'boolean' ? value === 'true' : value
  return (
    <div className={style.incident} role="alert">
      <p className={style.head}><Icon name="warning" /><strong>{t('incident.title', { node: incident.label })}</strong><span>{formatAgo(incident.at, i18n.language)}</span></p>
      <p className={style.message}>{incident.message}</p>
      <p className={style.acts}>
        <Button size="small" kind="primary" icon="redo" onClick={() => setAct('retry')}>{t('incident.retry')}</Button>
        {fields.length > 0 ? <Button size="small" icon="edit" onClick={() => setAct('mend')}>{t('incident.mend')}</Button> : null}
        <Button size="small" icon="right" onClick={() => setAct('skip')}>{t('incident.skip')}</Button>
      </p>
      {act ? (
        <ReasonDialog
          title={t(`incident.${act}_title`, { node: incident.label })}
          text={t(`incident.${act}_text`)}
          action={t(act === 'skip' ? 'incident.skip' : 'incident.retry')}
          danger={act === 'skip'}
          ready={act !== 'mend' || field !== null}
          run={(reason) => solveIncident(instance, incident.token, act === 'skip' ? 'skip' : 'retry', reason, act === 'mend' && field ? { [field]: sent === '' ? null : sent } : undefined)}
          done={t(`incident.${act === 'skip' ? 'skipped' : 'retried'}`)}
          onClose={() => setAct(null)}
          onDone={onDone}
        >
          {act === 'mend' ? (
            <>
              <FieldFrame label={t('incident.field')} required>{({ id }) => <Select id={id} value={field} onChange={(next) => { setField(next); setValue('') }} searchable options={fields.map((one) => ({ value: one.name, label: one.label }))} />}</FieldFrame>
              <FieldFrame label={t('incident.value')} help={t('incident.value_help')}>
                {({ id, describedBy }) => chosen?.options || chosen?.type === 'boolean'
                  ? <Select id={id} value={value || null} onChange={(next) => setValue(next ?? '')} clearable options={chosen.options ? chosen.options.map((one) => ({ value: one.value, label: one.label })) : ['true', 'false'].map((one) => ({ value: one, label: t(one === 'true' ? 'why.yes' : 'why.no') }))} />
                  : <TextInput id={id} {...(describedBy ? { describedBy } : {})} value={value} onChange={setValue} />}
              </FieldFrame>
            </>
          ) : null}
        </ReasonDialog>
      ) : null}
    </div>
  )
}
