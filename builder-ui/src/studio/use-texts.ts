/** What a definition's texts say in the reader's language: in the definition itself, or in the file of its translations. */
import { useEffect } from 'react'
import { useAppModel } from '@/api/app-context'
import type { About, Kind } from '@/api/studio'
import type { Definition } from '@/model/definition'
import { baseLanguage, textsFile, useDefinition, useDraftState, useOpenDraft } from './context'
import type { Files } from './model/draft-store'
import { without } from './model/keyed'

interface Translations {
  kind: 'translations'
  name: string
  language: string
  of: string
  texts: Record<string, string>
}

export interface Texts {
  /** Whether the reader's language is the definitions' own: a text is then changed where it stands. */
  isBase: boolean
  /** What a text says; `base` is what the definition says. */
  say: (path: string, base: string | undefined) => string
  /** Whether the definition's own text follows the reader's: it has none, or the same. */
  follows: (path: string, base: string | undefined) => boolean
  /** The files that change when a text is said in the reader's language; none in the definitions' own. */
  write: (path: string, text: string) => Files
}

/** Null until they have been read. */
export function useTexts(file: string, kind: Kind, name: string): Texts | null {
  const open = useOpenDraft()
  const { language } = useAppModel()
  const definitions = useDraftState((state) => state.draft.definitions)
  const isBase = language === baseLanguage
  const at = isBase ? '' : textsFile(definitions, { file } as About, language)
  const read = useDefinition<Translations>(at)
  useEffect(() => {
    if (at) void open.load(at)
  }, [open, at])
  if (!isBase && read === undefined) return null
  return {
    isBase,
    say: (path, base) => read?.texts[path] ?? base ?? '',
    follows: (path, base) => isBase || !base || base === read?.texts[path],
    write: (path, text) => {
      if (isBase) return {}
      const before = read ?? { kind: 'translations', name, language, of: kind, texts: {} }
      return { [at]: { ...before, texts: text ? { ...before.texts, [path]: text } : without(before.texts, path) } as unknown as Definition }
    },
  }
}
