/** The open draft, for everything below its page. */
import { createContext, use } from 'react'
import { useStore } from 'zustand'
import type { About } from '@/api/studio'
import type { Definition } from '@/model/definition'
import type { DraftState, OpenDraft } from './model/draft-store'

export const DraftContext = createContext<OpenDraft | null>(null)

export function useOpenDraft(): OpenDraft {
  const open = use(DraftContext)
  if (!open) throw new Error('useOpenDraft needs the page of a draft around it')
  return open
}

export function useDraftState<T>(pick: (state: DraftState) => T): T {
  return useStore(useOpenDraft().store, pick)
}

/** A definition as it is being changed; undefined until it has been read, null where there is none. */
export function useDefinition<T = Definition>(file: string): T | null | undefined {
  return useDraftState((state) => state.files[file]) as T | null | undefined
}

/** The file of an entity's form: the pack's, or one of the firm's own. */
export function formFile(definitions: readonly About[], entity: string): string {
  return definitions.find((one) => one.kind === 'form' && one.name === entity)?.file ?? `site/forms/${entity}.json`
}

/** The definitions' own language. */
export const baseLanguage = 'en'

/** The file of a definition's texts in a language: the pack's, or one of the firm's own. */
export function textsFile(definitions: readonly About[], about: Pick<About, 'file'>, language: string): string {
  const [pack = '', ...rest] = about.file.split('/')
  const path = `translations/${language}/${rest.join('/')}`
  const there = `${pack}/${path}`
  return definitions.some((one) => one.file === there) ? there : `site/${path}`
}

/** Where a definition's file stands in the address: all texts in another language. */
export const textsPage = 'texts'
