/** Begins a draft with an app in it, and publishes it where that is wanted. */
import type { TFunction } from 'i18next'
import { ApiError } from '@/api/client'
import { beginDraft, publishDraft, readDefinition, saveDraft } from '@/api/studio'
import type { LanguageCode } from '@/model/app'
import type { Definition } from '@/model/definition'
import { spell } from '../form/spell'
import type { Sketch } from './app-form'
import { makeApp, menuFile, menuTextsFile, type Surroundings } from './make-app'
import { words } from './words'

/** Why there is no app, in the reader's words. */
export class NotMade extends Error {
  override readonly name = 'NotMade'
}

interface Wanted {
  sketch: Sketch
  /** Roles that work with it, and those of whoever makes it. */
  roles: string[]
  full: string[]
  language: LanguageCode
  t: TFunction
  publish: boolean
}

/** All that a label may need to be spelled. */
const textOf = (sketch: Sketch) => [sketch.label, ...sketch.fields.flatMap((field) => [field.label, ...(field.options ?? []).map(({ label }) => label)])].join(' ')

export async function createApp({ sketch, roles, full, language, t, publish }: Wanted) {
  const draft = await beginDraft(sketch.label)
  const read = async (file: string): Promise<Definition | null> => {
    try {
      return (await readDefinition(draft.id, file)).definition
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) return null
      throw error
    }
  }
  const known: Surroundings['roles'] = {}
  for (const name of new Set([...roles, ...full])) {
    const about = draft.definitions.find((one) => one.kind === 'role' && one.name === name)
    const definition = about ? await read(about.file) : null
    if (about && definition) known[name] = { file: about.file, definition }
  }
  const { file: _file, ...spec } = sketch
  const made = makeApp({ ...spec, roles, full }, {
    language, spell: await spell(textOf(sketch)), roles: known, menu: await read(menuFile), menuTexts: await read(menuTextsFile), words: words(language),
    taken: draft.definitions.filter((one) => one.kind === 'entity').map((one) => one.name),
  })
  const saved = await saveDraft(draft.id, draft.version, made.files)
  const wrong = saved.problems.find((one) => one.severity === 'error')
  if (publish && !wrong) {
    const begun = await publishDraft(draft.id, saved.version, t('studio:new.note', { label: sketch.label }), {})
    if (begun.job !== undefined) throw new NotMade(t('studio:new.under_way'))
  }
  if (publish && wrong) throw new NotMade(t('studio:new.wrong', { why: `${wrong.file} ${wrong.path}: ${wrong.message}` }))
  return { draft: draft.id, entity: made.entity, names: made.names }
}
