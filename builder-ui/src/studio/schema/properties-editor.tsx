/** Everything about a definition that no picture shows, as controls: all of it for kinds without one. */
import { useTranslation } from 'react-i18next'
import type { About, Kind } from '@/api/studio'
import type { Definition, Json } from '@/model/definition'
import { Icon } from '@/ui/icon'
import { SkeletonRows } from '@/ui/skeleton'
import { useDefinition, useDraftState, useOpenDraft } from '../context'
import panel from '../form/panel.module.css'
import { useTexts } from '../use-texts'
import { useAround, type Change } from './context'
import { shapeOf } from './schema'
import { Surroundings } from './surroundings'
import style from './schema.module.css'
import { PartsEditor } from './value-editor'

/** Said elsewhere: what it is, and what its picture shows. */
const elsewhere: Partial<Record<Kind, string[]>> = { entity: ['fields'], workflow: ['nodes', 'entity'] }
const names: Partial<Record<Kind, string>> = { entity: 'EntityDefinition', workflow: 'WorkflowDefinition', menu: 'MenuDefinition', pack: 'PackDefinition' }

export default function PropertiesEditor({ about }: { about: About }) {
  const { t } = useTranslation('studio')
  const kind = about.kind ?? 'pack'
  const texts = useTexts(about.file, kind, about.name)
  if (!texts) return <div className={style.page}><SkeletonRows rows={4} height={40} /></div>
  return (
    <div className={style.page} role="group" aria-label={t('schema.label')} data-pane>
      {about.kind === 'entity' ? <p className={style.about}>{t('schema.entity_help')}</p> : null}
      <Surroundings about={about} kind={kind} texts={texts}><Properties about={about} kind={kind} /></Surroundings>
    </div>
  )
}

/** The properties of a whole definition. */
export function Properties({ about, kind, wide = true }: { about: About; kind: Kind; wide?: boolean }) {
  const { t } = useTranslation('studio')
  const open = useOpenDraft()
  const { root } = useAround()
  const definition = useDefinition(about.file)
  const problems = useDraftState((state) => state.draft.problems)
  const shape = shapeOf(root, root, names[kind] ?? kind)
  if (!definition || shape.kind !== 'parts') return null
  const away = elsewhere[kind] ?? []
  const wrong = problems.filter((one) => one.file === about.file && !away.some((key) => one.path === key || one.path.startsWith(`${key}.`)))
  const change: Change = (next, how) => open.act(t('act.change', { what: about.label ?? about.name }), { ...(next === definition ? {} : { [about.file]: next as Definition }), ...how.beside }, how.typed ? `${about.file} ${how.typed}` : null)
  return (
    <>
      {wrong.map((one) => <p key={`${one.code} ${one.path} ${one.message}`} className={panel.error}><Icon name={one.severity === 'error' ? 'error' : 'warning'} size={14} />{one.message}</p>)}
      <PartsEditor name={shape.name} parts={shape.parts} value={definition as Record<string, Json>} onChange={change} path="" without={['name', 'renamed_from', ...away]} wide={wide} />
    </>
  )
}
