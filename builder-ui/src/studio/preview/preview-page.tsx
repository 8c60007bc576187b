/**
 * A form or list as a draft makes it, alone on its page: the studio shows it in a frame as wide as a device. It is filled
 * in like the real one; nothing of it is ever sent.
 */
import { useQuery } from '@tanstack/react-query'
import { useEffect, useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useParams, useSearchParams } from 'react-router'
import { AppContext, useSession } from '@/api/app-context'
import { keys } from '@/api/keys'
import { readRecord } from '@/api/records'
import { readDraftModel } from '@/api/studio'
import { FormContext } from '@/features/record/form-context'
import { FormLayout } from '@/features/record/form/form-layout'
import { useRecordForm } from '@/features/record/use-record-form'
import { errorText, speak } from '@/locales/i18n'
import type { AppModel, EntityModel, LanguageCode } from '@/model/app'
import type { PortolanRecord, Titles } from '@/model/record'
import { Empty } from '@/ui/empty'
import { Notice } from '@/ui/notice'
import { SkeletonRows } from '@/ui/skeleton'
import '../icons'
import { PreviewList } from './preview-list'
import { samples } from './sample'
import style from './preview-page.module.css'

export default function PreviewPage() {
  const { t } = useTranslation('studio')
  const { draft: id = '' } = useParams()
  const [search] = useSearchParams()
  const language = (search.get('language') ?? 'en') as LanguageCode
  const role = search.get('role') ?? undefined
  const session = useSession()
  const [spoken, setSpoken] = useState(false)
  useEffect(() => void speak(language).finally(() => setSpoken(true)), [language])
  const found = useQuery({ queryKey: [...keys.draft(id), 'model', language, role], queryFn: () => readDraftModel(id, language, role), refetchOnWindowFocus: false })
  const model = found.data?.model
  const context = useMemo(() => (model ? { session, model } : null), [session, model])
  if (found.error) return <div className={style.page}><Notice kind="error">{errorText(found.error, t)}</Notice></div>
  if (!found.data || !spoken) return <div className={style.page}><SkeletonRows rows={8} height={44} /></div>
  if (!context || !model) return <div className={style.page}><Empty icon="alert" title={t('preview.broken')} text={t('preview.broken_text')} /></div>
  return <AppContext value={context}><Previewed model={model} search={search} /></AppContext>
}

function Previewed({ model, search }: { model: AppModel; search: URLSearchParams }) {
  const { t } = useTranslation('studio')
  const view = model.views[search.get('view') ?? '']
  const entity = model.entities[search.get('entity') ?? view?.entity ?? '']
  const hidden = <div className={style.page}><Empty icon="eye_off" title={t('preview.hidden')} text={t('preview.hidden_text')} /></div>
  if (!entity) return hidden
  if (search.get('view')) return view ? <main className={style.page}><h1 className={style.title}>{view.label}</h1><PreviewList view={view} entity={entity} /></main> : hidden
  const record = search.get('record')
  return record ? <Recorded entity={entity} id={record} /> : <PreviewForm entity={entity} start={samples(entity)} title={entity.label} />
}

/** A real record, as the reader sees it, in the draft's form. */
function Recorded({ entity, id }: { entity: EntityModel; id: string }) {
  const { t } = useTranslation('studio')
  const found = useQuery({ queryKey: keys.record(entity.name, id), queryFn: () => readRecord(entity.name, id) })
  if (found.error) return <div className={style.page}><Notice kind="error">{errorText(found.error, t)}</Notice></div>
  if (!found.data) return <div className={style.page}><SkeletonRows rows={8} height={44} /></div>
  const { record, titles } = found.data
  return <PreviewForm entity={entity} start={{ values: record, titles }} title={String(record.title ?? entity.label)} />
}

interface PreviewFormProps {
  entity: EntityModel
  start: { values: Partial<PortolanRecord>; titles: Titles }
  title: string
}

function PreviewForm({ entity, start, title }: PreviewFormProps) {
  const context = useRecordForm(entity, null, start)
  return (
    <FormContext value={context}>
      <main className={style.page}>
        <h1 className={style.title}>{title}</h1>
        <FormLayout />
      </main>
    </FormContext>
  )
}

