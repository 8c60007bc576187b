/** A draft's form or list as people will see it: on which device, in which language, in which role, with which record. */
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useAppModel } from '@/api/app-context'
import { lookupRecords } from '@/api/records'
import type { About } from '@/api/studio'
import type { LanguageCode } from '@/model/app'
import { paths } from '@/model/paths'
import { Button } from '@/ui/button'
import { Select } from '@/ui/select'
import { useDraftState } from '../context'
import style from './preview-pane.module.css'

type Device = 'desktop' | 'phone'

export default function PreviewPane({ about }: { about: About }) {
  const { t } = useTranslation('studio')
  const app = useAppModel()
  const draft = useDraftState((state) => state.draft)
  const saving = useDraftState((state) => state.saving)
  const [device, setDevice] = useState<Device>('desktop')
  const [language, setLanguage] = useState<LanguageCode>(app.language)
  const [role, setRole] = useState<string | null>(null)
  const [record, setRecord] = useState<string | null>(null)
  const [search, setSearch] = useState('')
  const entity = about.kind === 'entity' ? about.name : null
  const isPublished = entity !== null && entity in app.entities
  const records = useQuery({ queryKey: ['preview', 'records', entity, search], queryFn: () => lookupRecords(entity ?? '', { q: search, limit: 15 }), enabled: isPublished, retry: false })
  const roles = draft.definitions.filter((one) => one.kind === 'role').map((one) => ({ value: one.name, label: one.label ?? one.name }))
  const query = {
    ...(entity ? { entity } : { view: about.name }), language, ...(role ? { role } : {}), ...(record ? { record } : {}),
    // Another version is another page.
    v: String(draft.version),
  }
  return (
    <section className={style.pane} aria-label={t('preview.label')}>
      <div className={style.bar}>
        <div className={style.devices} role="group" aria-label={t('preview.device')}>
          {(['desktop', 'phone'] as const).map((one) => <Button key={one} size="small" kind={device === one ? 'default' : 'quiet'} pressed={device === one} onClick={() => setDevice(one)}>{t(`preview.${one}`)}</Button>)}
        </div>
        <Select size="small" width={120} label={t('preview.language')} value={language} onChange={(value) => setLanguage(value ?? app.language)} options={app.languages.map(({ code, label }) => ({ value: code, label }))} />
        <Select size="small" width={210} label={t('preview.role')} value={role} onChange={setRole} clearable searchable placeholder={t('preview.any_role')} options={roles} />
        {isPublished ? (
          <Select size="small" width={220} label={t('preview.record')} value={record} onChange={setRecord} clearable placeholder={t('preview.sample')} onSearch={setSearch} busy={records.isFetching} options={(records.data?.rows ?? []).map((row) => ({ value: row.id, label: row.title }))} />
        ) : null}
        <span className={style.told}>{saving === 'saved' ? t('preview.nothing_saved') : t('preview.saving')}</span>
      </div>
      <div className={style.stage}>
        <iframe className={style.frame} data-device={device} title={t('preview.label')} src={paths.preview(draft.id, query)} />
      </div>
    </section>
  )
}
