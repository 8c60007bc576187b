/** A new app in one step: from nothing, from a template, or from a table that people keep in a file today. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useNavigate } from 'react-router'
import { useAppModel, useSession } from '@/api/app-context'
import { bringIn, inferColumns, uploadImport, type ImportUpload } from '@/api/imports'
import { keys } from '@/api/keys'
import { listDrafts } from '@/api/studio'
import { errorText } from '@/locales/i18n'
import { paths } from '@/model/paths'
import { Button } from '@/ui/button'
import { Icon, type IconName } from '@/ui/icon'
import { Notice } from '@/ui/notice'
import { Page } from '@/ui/page'
import { useToast } from '@/ui/toast'
import { DropZone } from '@/features/import/drop-zone'
import '../icons'
import { AppForm, type Sketch } from './app-form'
import { createApp, NotMade } from './create-app'
import { aboutOf, specOf, templates, titleOf } from './templates'
import style from './new-app-page.module.css'

export default function NewAppPage() {
  const { t } = useTranslation('studio')
  const { language } = useAppModel()
  const [sketch, setSketch] = useState<Sketch | null>(null)
  const [fromFile, setFromFile] = useState(false)
  const back = () => { setSketch(null); setFromFile(false) }
  const blank = (): Sketch => ({ label: '', other: '', icon: 'box', approval: false, fields: [{ label: t('new.first_field'), type: 'text', required: true }], file: null })
  return (
    <Page title={t('new.title')} above={{ label: t('title'), to: paths.studio }} width="narrow">
      {sketch ? <Sketched first={sketch} onBack={back} /> : fromFile ? <FromFile onBack={back} onSketch={setSketch} /> : (
        <>
          <p className={style.lead}>{t('new.lead')}</p>
          <ul className={style.ways}>
            <Way icon="spreadsheet" title={t('new.from_file')} text={t('new.from_file_text')} onClick={() => setFromFile(true)} />
            <Way icon="add" title={t('new.blank')} text={t('new.blank_text')} onClick={() => setSketch(blank())} />
            {templates.map((one) => <Way key={one.key} icon={one.icon as IconName} title={titleOf(one, language)} text={aboutOf(one, language)} onClick={() => setSketch({ other: '', ...specOf(one, language), file: null })} />)}
          </ul>
        </>
      )}
    </Page>
  )
}

function Way({ icon, title, text, onClick }: { icon: IconName; title: string; text: string; onClick: () => void }) {
  return (
    <li>
      <button type="button" className={style.way} onClick={onClick}>
        <Icon name={icon} size={20} />
        <span><strong>{title}</strong><span className={style.about}>{text}</span></span>
      </button>
    </li>
  )
}

/** The file is looked at as a whole: each column gets the type that all its cells fit. */
function FromFile({ onBack, onSketch }: { onBack: () => void; onSketch: (sketch: Sketch) => void }) {
  const { t } = useTranslation('studio')
  const read = useMutation({
    mutationFn: async (file: File) => {
      const upload: ImportUpload = await uploadImport(file)
      return { upload, columns: (await inferColumns(upload.id)).columns }
    },
    onSuccess: ({ upload, columns }) => onSketch({
      label: upload.file.replace(/\.[^.]*$/, '').replaceAll(/[_-]+/g, ' ').trim(), other: '', icon: 'list', approval: false,
      fields: columns.map((column, at) => ({
        label: column.heading, type: column.type, heading: column.heading, filled: column.filled,
        ...(column.scale ? { scale: column.scale } : {}), ...(column.options.length ? { options: column.options.map((label) => ({ label })) } : {}),
        // What names a row: there in each, and never twice.
        ...(at === 0 && column.empty === 0 && column.unique ? { required: true } : {}),
      })),
      file: { id: upload.id, name: upload.file, rows: Math.max(0, ...columns.map((column) => column.filled + column.empty)) },
    }),
  })
  return (
    <div className={style.stack}>
      {read.error ? <Notice kind="error">{errorText(read.error, t)}</Notice> : null}
      <DropZone onFile={(file) => read.mutate(file)} busy={read.isPending} />
      <p className={style.about}>{t('new.file_help')}</p>
      <div><Button icon="back" onClick={onBack}>{t('new.back')}</Button></div>
    </div>
  )
}

function Sketched({ first, onBack }: { first: Sketch; onBack: () => void }) {
  const { t } = useTranslation('studio')
  const app = useAppModel()
  const { user } = useSession()
  const client = useQueryClient()
  const navigate = useNavigate()
  const toast = useToast()
  const [sketch, setSketch] = useState(first)
  const [roles, setRoles] = useState<string[]>([])
  const drafts = useQuery({ queryKey: keys.drafts, queryFn: listDrafts })
  const may = drafts.data?.may_publish ?? false
  const create = useMutation({
    mutationFn: async (publish: boolean) => {
      const made = await createApp({ sketch, roles, full: user.roles, language: app.language, t, publish })
      if (publish && sketch.file) {
        const columns = Object.fromEntries(sketch.fields.map((field, at) => [field.heading ?? '', made.names[at] ?? '']).filter(([heading, name]) => heading && name))
        await bringIn(sketch.file.id, { entity: made.entity, key: [], existing: 'skip', columns })
      }
      return { ...made, publish }
    },
    onSuccess: async ({ draft, entity, publish }) => {
      await client.invalidateQueries()
      if (!publish) return navigate(`${paths.draft(draft)}?file=${encodeURIComponent(`site/entities/${entity}.json`)}`)
      toast.success(t('new.done', { label: sketch.label }))
      return navigate(sketch.file ? paths.import(sketch.file.id) : paths.list(entity))
    },
  })
  const ready = sketch.label.trim() !== '' && sketch.fields.length > 0 && sketch.fields.every(({ label }) => label.trim() !== '')
  return (
    <div className={style.stack}>
      {create.error ? <Notice kind="error">{create.error instanceof NotMade ? create.error.message : errorText(create.error, t)}</Notice> : null}
      <AppForm sketch={sketch} roles={roles} onChange={setSketch} onRoles={setRoles} />
      <div className={style.acts}>
        <Button icon="back" onClick={onBack}>{t('new.back')}</Button>
        <span className={style.space} />
        <Button kind={may ? 'default' : 'primary'} busy={create.isPending && create.variables === false} disabled={!ready || create.isPending} onClick={() => create.mutate(false)}>{t('new.as_draft')}</Button>
        {may ? <Button kind="primary" icon="publish" busy={create.isPending && create.variables === true} disabled={!ready || create.isPending} onClick={() => create.mutate(true)}>{sketch.file ? t('new.create_with_rows', { count: sketch.file.rows, rows: sketch.file.rows.toLocaleString() }) : t('new.create')}</Button> : null}
      </div>
      <p className={style.about}>{t(may ? 'new.what_comes' : 'new.what_comes_draft')}</p>
    </div>
  )
}
