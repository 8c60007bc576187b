/** What one edits a definition with, by its kind: a picture where it has one, controls for all of it, and its text for who likes that better. */
import { lazy, Suspense, useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useSearchParams } from 'react-router'
import type { About, Kind } from '@/api/studio'
import { errorText } from '@/locales/i18n'
import { Button } from '@/ui/button'
import { Notice } from '@/ui/notice'
import { SkeletonRows } from '@/ui/skeleton'
import { useDefinition, useDraftState, useOpenDraft } from './context'
import style from './editor.module.css'

const FormDesigner = lazy(() => import('./form/form-designer'))
const DecisionEditor = lazy(() => import('./decision/decision-editor'))
const FlowDesigner = lazy(() => import('./flow/flow-designer'))
const RoleEditor = lazy(() => import('./role/role-editor'))
const ViewEditor = lazy(() => import('./view/view-editor'))
const PropertiesEditor = lazy(() => import('./schema/properties-editor'))
const TextEditor = lazy(() => import('./text-editor'))
const TrialDialog = lazy(() => import('./trial/trial-dialog'))
const PreviewPane = lazy(() => import('./preview/preview-pane'))

/** Kinds that have a picture. */
const editors: Partial<Record<Kind, React.ComponentType<{ about: About }>>> = { entity: FormDesigner, workflow: FlowDesigner, decision: DecisionEditor, view: ViewEditor, role: RoleEditor }

/** Kinds whose picture does not show everything; a flow tells the rest at its start. */
const hasProperties: Kind[] = ['entity', 'view', 'decision', 'role']

/** What people see of it can be looked at before it is published. */
const isPreviewed = (about: About) => about.kind === 'entity' || about.kind === 'view'

export function Editor({ about }: { about: About }) {
  const { t } = useTranslation('studio')
  const open = useOpenDraft()
  const [search] = useSearchParams()
  const at = search.get('at')
  const [shown, setShown] = useState<'picture' | 'properties' | 'text' | 'preview'>('picture')
  const [seen, setSeen] = useState<string | null>(null)
  // A problem leads to where it is mended: fields are in the picture, states and rules are not.
  if (at !== seen) {
    setSeen(at)
    if (at && about.kind === 'entity') setShown(at.startsWith('fields.') ? 'picture' : 'properties')
  }
  const asText = shown === 'text'
  const [trying, setTrying] = useState(false)
  const may = useDraftState((state) => state.draft.may_publish)
  const Visual = (about.kind && editors[about.kind]) ?? PropertiesEditor
  const reset = () => open.act(t(about.origin === 'own' ? 'origin.remove' : 'origin.reset'), { [about.file]: null })
  return (
    <div className={style.editor}>
      <header className={style.bar}>
        <h1 className={style.title}>{about.label ?? about.name}</h1>
        <span className={style.kind}>{t(`kind.${about.kind ?? 'pack'}`)}</span>
        <span className={style.space} />
        {about.origin === 'customised' ? <Reset about={about} onReset={reset} /> : null}
        {may && about.entity && (about.kind === 'workflow' || about.kind === 'decision') ? <Button size="small" kind="quiet" icon="eye" onClick={() => setTrying(true)}>{t('trial.action')}</Button> : null}
        {isPreviewed(about) ? <Button size="small" kind="quiet" icon={shown === 'preview' ? 'layout' : 'eye'} pressed={shown === 'preview'} onClick={() => setShown(shown === 'preview' ? 'picture' : 'preview')}>{t(shown === 'preview' ? 'editor.visual' : 'preview.action')}</Button> : null}
        {about.kind && hasProperties.includes(about.kind) ? <Button size="small" kind="quiet" icon={shown === 'properties' ? 'layout' : 'settings'} pressed={shown === 'properties'} onClick={() => setShown(shown === 'properties' ? 'picture' : 'properties')}>{t(shown === 'properties' ? 'editor.visual' : about.kind === 'entity' ? 'editor.properties' : 'editor.all')}</Button> : null}
        <Button size="small" kind="quiet" icon={asText ? 'layout' : 'document'} pressed={asText} onClick={() => setShown(asText ? 'picture' : 'text')}>{t(asText ? 'editor.visual' : 'editor.text')}</Button>
      </header>
      {trying && about.entity ? <Suspense fallback={null}><TrialDialog entity={about.entity} onClose={() => setTrying(false)} /></Suspense> : null}
      <Suspense fallback={<Waiting />}>
        <Loaded file={about.file}>
          {shown === 'preview' && isPreviewed(about) ? <PreviewPane about={about} /> : asText ? <TextEditor key={about.file} file={about.file} /> : shown === 'properties' ? <PropertiesEditor about={about} /> : <Visual about={about} />}
        </Loaded>
      </Suspense>
    </div>
  )
}

/** Back to what the pack brings: the definition is read anew once the draft has it so. */
function Reset({ about, onReset }: { about: About; onReset: () => void }) {
  const { t } = useTranslation('studio')
  const open = useOpenDraft()
  const reset = async () => {
    onReset()
    await open.flush()
    open.forget(about.file)
  }
  return <Button size="small" kind="quiet" icon="undo" onClick={() => void reset()}>{t('origin.reset')}</Button>
}

const Waiting = () => <div className={style.waiting}><SkeletonRows rows={6} height={52} /></div>

/** Shows what needs a definition once it has been read. */
export function Loaded({ file, children }: { file: string; children: React.ReactNode }) {
  const { t } = useTranslation('studio')
  const open = useOpenDraft()
  const definition = useDefinition(file)
  const [failure, setFailure] = useState<unknown>(null)
  useEffect(() => {
    if (definition === undefined) open.load(file).then(() => setFailure(null), setFailure)
  }, [open, file, definition])
  if (failure) return <div className={style.waiting}><Notice kind="error">{errorText(failure, t)}</Notice></div>
  return definition === undefined ? <Waiting /> : children
}
