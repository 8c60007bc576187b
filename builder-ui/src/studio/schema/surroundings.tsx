/** Gives the controls of a definition the format, and what can be chosen in it: fields, states, roles, whatever else there is. */
import { useQuery } from '@tanstack/react-query'
import { type ReactNode, useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import { useAppModel } from '@/api/app-context'
import { keys } from '@/api/keys'
import { readSchema, type About, type Kind } from '@/api/studio'
import { errorText } from '@/locales/i18n'
import type { Definition, EntityDefinition } from '@/model/definition'
import { Notice } from '@/ui/notice'
import { SkeletonRows } from '@/ui/skeleton'
import { useDefinition, useDraftState, useOpenDraft } from '../context'
import { useEntityFields } from '../flow/condition-editor'
import { humanised } from '../form/use-design'
import { useTexts, type Texts } from '../use-texts'
import { AroundContext, type Choice } from './context'
import type { Meaning } from './meaning'
import { readHelp } from './words'

/** What has a name and may be called something. */
const keyed = (of: unknown, path: string, words: Texts): Choice[] =>
  Object.entries((of ?? {}) as Record<string, { label?: string } | null>).map(([value, one]) => ({ value, label: words.say(`${path}.${value}.label`, one?.label) || humanised(value) }))

interface SurroundingsProps {
  about: About
  kind: Kind
  texts: Texts
  children: ReactNode
}

export function Surroundings({ about, kind, texts, children }: SurroundingsProps) {
  const { t } = useTranslation('studio')
  const open = useOpenDraft()
  const format = useQuery({ queryKey: keys.schema(kind), queryFn: () => readSchema(kind), staleTime: Infinity })
  const { language } = useAppModel()
  const help = useQuery({ queryKey: ['format help', language], queryFn: () => readHelp(language), staleTime: Infinity })
  const definitions = useDraftState((state) => state.draft.definitions)
  const problems = useDraftState((state) => state.draft.problems)
  const definition = useDefinition(about.file)
  const entityName = kind === 'entity' ? about.name : String(definition?.entity ?? about.entity ?? '')
  const entityFile = definitions.find((one) => one.kind === 'entity' && one.name === entityName)?.file ?? ''
  const entity = useDefinition<EntityDefinition>(entityFile)
  const fields = useEntityFields(entityName)
  // What the entity's parts are called, where there is one.
  const words = useTexts(entityFile || about.file, entityFile ? 'entity' : kind, entityFile ? entityName : about.name)
  useEffect(() => {
    if (entityFile) void open.load(entityFile)
  }, [open, entityFile])
  if (format.error) return <Notice kind="error">{errorText(format.error, t)}</Notice>
  if (!format.data || !words || help.isPending) return <SkeletonRows rows={4} height={40} />
  const named = (wanted: Kind, fits: (one: About) => boolean = () => true): Choice[] =>
    definitions.filter((one) => one.kind === wanted && fits(one)).map((one) => ({ value: one.name, label: one.label ?? humanised(one.name) }))
  const lifecycle = entity?.lifecycle as { states?: Definition; transitions?: Definition } | undefined
  const choices: Partial<Record<Meaning, Choice[]>> = {
    role: named('role'), entity: named('entity'), calendar: named('calendar'), mapping: named('mapping'), view: named('view'),
    workflow: named('workflow', (one) => one.entity === entityName),
    field: fields.filter((one) => !one.path.includes('.') && !one.system).map(({ path, label }) => ({ value: path, label })),
    lines: Object.entries(entity?.fields ?? {}).filter(([, field]) => field.type === 'lines').map(([value, field]) => ({ value, label: words.say(`fields.${value}.label`, field.label) || humanised(value) })),
    state: keyed(lifecycle?.states, 'lifecycle.states', words), transition: keyed(lifecycle?.transitions, 'lifecycle.transitions', words), node: keyed(definition?.nodes, 'nodes', texts),
  }
  const wrong = (path: string) => problems.find((one) => one.file === about.file && one.path === path)?.message ?? null
  return <AroundContext value={{ root: format.data, choices, fields, variables: Object.keys((definition?.variables ?? {}) as object), texts, help: help.data ?? null, wrong }}>{children}</AroundContext>
}
