/** An entity with its form and its texts in the reader's language, as one thing to work on. */
import { useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import { useAppModel } from '@/api/app-context'
import type { About } from '@/api/studio'
import type { Definition, EntityDefinition, FieldDefinition, FormDefinition } from '@/model/definition'
import { formFile, textsFile, useDefinition, useDraftState, useOpenDraft } from '../context'
import type { Designed, FieldRef } from '../model/form-edit'
import { formFor } from '../model/form-edit'
import { without } from '../model/keyed'

interface Texts {
  kind: 'translations'
  name: string
  language: string
  of: string
  texts: Record<string, string>
}

/** The definitions' own language. */
const BASE = 'en'

export interface Design extends Designed {
  /** What a text of the entity says in the reader's language: `fields.name.label`. */
  say: (path: string, base: string | undefined) => string
  label: (ref: FieldRef) => string
  /** Changes entity and form as one step. */
  act: (what: string, change: Partial<Designed>, group?: string | null) => void
  /** Says a text in the reader's language; where the definitions have none, in theirs too. */
  rename: (what: string, ref: FieldRef, key: 'label' | 'help', text: string, also?: Partial<Designed>) => void
  /** The texts of the form's parts. */
  sayPart: (path: string, base: string | undefined) => string
  renamePart: (what: string, path: string, text: string, base: (form: FormDefinition) => FormDefinition) => void
}

export const pathOf = ({ lines, field }: FieldRef): string => (lines ? `fields.${lines}.fields.${field}` : `fields.${field}`)

const humanised = (name: string): string => {
  const words = name.replace(/^x_/, '').replaceAll('_', ' ')
  return words.charAt(0).toUpperCase() + words.slice(1)
}

/** Null until everything has been read. */
export function useDesign(about: About): Design | null {
  const { t } = useTranslation('studio')
  const open = useOpenDraft()
  const { language } = useAppModel()
  const definitions = useDraftState((state) => state.draft.definitions)
  const form = definitions.find((one) => one.kind === 'form' && one.entity === about.name)
  const formAt = form?.file ?? formFile(definitions, about.name)
  const textsAt = language === BASE ? null : textsFile(definitions, about, language)
  const formTextsAt = language === BASE ? null : textsFile(definitions, { file: formAt }, language)
  const entity = useDefinition<EntityDefinition>(about.file)
  const layout = useDefinition<FormDefinition>(formAt)
  const texts = useDefinition<Texts>(textsAt ?? '')
  const formTexts = useDefinition<Texts>(formTextsAt ?? '')
  useEffect(() => {
    for (const file of [formAt, textsAt, formTextsAt]) if (file) void open.load(file)
  }, [open, formAt, textsAt, formTextsAt])
  if (!entity || layout === undefined || (textsAt && texts === undefined) || (formTextsAt && formTexts === undefined)) return null

  const designed: Designed = { entity, form: layout ?? formFor(entity, t('form.general')) }
  const say = (path: string, base: string | undefined) => texts?.texts[path] ?? base ?? ''
  const at = ({ lines, field }: FieldRef): FieldDefinition | undefined => (lines ? entity.fields[lines]?.fields?.[field] : entity.fields[field])
  const files = (change: Partial<Designed>) => ({
    ...(change.entity ? { [about.file]: change.entity as unknown as Definition } : {}),
    ...(change.form ? { [formAt]: change.form as unknown as Definition } : {}),
  })
  const said = (old: Texts | null | undefined, of: 'entity' | 'form', name: string, path: string, text: string): Definition => {
    const before = old ?? { kind: 'translations', name, language, of, texts: {} }
    return { ...before, texts: text ? { ...before.texts, [path]: text } : without(before.texts, path) } as unknown as Definition
  }
  return {
    ...designed,
    say,
    label: (ref) => say(`${pathOf(ref)}.label`, at(ref)?.label ?? humanised(ref.field)),
    act: (what, change, group = null) => open.act(what, files(change), group),
    rename: (what, ref, key, text, also = {}) => {
      const path = `${pathOf(ref)}.${key}`
      const now = also.entity ?? entity
      const known = ref.lines ? now.fields[ref.lines]?.fields?.[ref.field] : now.fields[ref.field]
      // In the definitions' own language, and where they have no text of their own yet.
      const base = textsAt === null || !known?.[key] || known[key] === texts?.texts[path]
      const changed = base ? { ...also, entity: withText(now, ref, key, text) } : also
      open.act(what, { ...files(changed), ...(textsAt ? { [textsAt]: said(texts, 'entity', about.name, path, text) } : {}) }, also.entity ? null : `${about.file} ${path}`)
    },
    sayPart: (path, base) => formTexts?.texts[path] ?? base ?? '',
    renamePart: (what, path, text, base) => {
      const mine = formTextsAt === null ? files({ form: base(designed.form) }) : { [formTextsAt]: said(formTexts, 'form', designed.form.name, path, text) }
      open.act(what, mine, `${formAt} ${path}`)
    },
  }
}

function withText(entity: EntityDefinition, { lines, field }: FieldRef, key: 'label' | 'help', text: string): EntityDefinition {
  const change = (fields: Record<string, FieldDefinition>): Record<string, FieldDefinition> =>
    Object.fromEntries(Object.entries(fields).map(([name, old]) => {
      if (name !== field) return [name, old]
      const { [key]: _gone, ...rest } = old
      return [name, text ? ({ type: old.type, [key]: text, ...without(rest as Record<string, unknown>, 'type') } as FieldDefinition) : (rest as FieldDefinition)]
    }))
  if (!lines) return { ...entity, fields: change(entity.fields) }
  const table = entity.fields[lines]
  return table ? { ...entity, fields: { ...entity.fields, [lines]: { ...table, fields: change(table.fields ?? {}) } } } : entity
}
