/** An entity with its form and its texts in the reader's language, as one thing to work on. */
import { useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import type { About } from '@/api/studio'
import type { Definition, EntityDefinition, FieldDefinition, FormDefinition } from '@/model/definition'
import { formFile, useDefinition, useDraftState, useOpenDraft } from '../context'
import type { Files } from '../model/draft-store'
import { changeField, fieldOf, formFor, type Designed, type FieldRef } from '../model/form-edit'
import { useTexts, type Texts } from '../use-texts'

export interface Design extends Designed {
  /** The texts of the entity, and those of its form. */
  texts: Texts
  formTexts: Texts
  /** The form as a definition of its own. */
  formAbout: Pick<About, 'file' | 'name'>
  /** What a text of the entity says in the reader's language: `fields.name.label`. */
  say: (path: string, base: string | undefined) => string
  label: (ref: FieldRef) => string
  /** Changes entity and form as one step. */
  act: (what: string, change: Partial<Designed>, group?: string | null, beside?: Files) => void
  /** Says a text in the reader's language; where the definitions have none, in theirs too. */
  rename: (what: string, ref: FieldRef, key: 'label' | 'help', text: string, also?: Partial<Designed>) => void
  /** The texts of the form's parts. */
  sayPart: (path: string, base: string | undefined) => string
  renamePart: (what: string, path: string, text: string, base: (form: FormDefinition) => FormDefinition) => void
}

export const pathOf = ({ lines, field }: FieldRef): string => (lines ? `fields.${lines}.fields.${field}` : `fields.${field}`)

export const humanised = (name: string): string => {
  const words = name.replace(/^x_/, '').replaceAll('_', ' ')
  return words.charAt(0).toUpperCase() + words.slice(1)
}

/** Null until everything has been read. */
export function useDesign(about: About): Design | null {
  const { t } = useTranslation('studio')
  const open = useOpenDraft()
  const definitions = useDraftState((state) => state.draft.definitions)
  const form = definitions.find((one) => one.kind === 'form' && one.entity === about.name)
  const formAt = form?.file ?? formFile(definitions, about.name)
  const entity = useDefinition<EntityDefinition>(about.file)
  const layout = useDefinition<FormDefinition>(formAt)
  const texts = useTexts(about.file, 'entity', about.name)
  const formTexts = useTexts(formAt, 'form', form?.name ?? about.name)
  useEffect(() => void open.load(formAt), [open, formAt])
  if (!entity || layout === undefined || !texts || !formTexts) return null

  const designed: Designed = { entity, form: layout ?? formFor(entity, t('form.general')) }
  const files = (change: Partial<Designed>): Files => ({
    ...(change.entity ? { [about.file]: change.entity as unknown as Definition } : {}),
    ...(change.form ? { [formAt]: change.form as unknown as Definition } : {}),
  })
  return {
    ...designed,
    texts,
    formTexts,
    formAbout: { file: formAt, name: form?.name ?? about.name },
    say: texts.say,
    label: (ref) => texts.say(`${pathOf(ref)}.label`, fieldOf(entity, ref)?.label ?? humanised(ref.field)),
    act: (what, change, group = null, beside = {}) => open.act(what, { ...files(change), ...beside }, group),
    rename: (what, ref, key, text, also = {}) => {
      const path = `${pathOf(ref)}.${key}`
      const now = also.entity ?? entity
      const changed = texts.follows(path, fieldOf(now, ref)?.[key]) ? { ...also, entity: changeField(now, ref, { [key]: text || undefined } as Partial<FieldDefinition>) } : also
      open.act(what, { ...files(changed), ...texts.write(path, text) }, also.entity ? null : `${about.file} ${path}`)
    },
    sayPart: formTexts.say,
    renamePart: (what, path, text, base) => open.act(what, formTexts.isBase ? files({ form: base(designed.form) }) : formTexts.write(path, text), `${formAt} ${path}`),
  }
}
