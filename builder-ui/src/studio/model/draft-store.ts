/**
 * An open draft: the definitions as they are being changed, what can be undone, and what of it is saved. Changes go to the
 * server by themselves, one request at a time; until an answer comes, more are gathered.
 */
import { createStore } from 'zustand'
import { ApiError } from '@/api/client'
import type { Draft } from '@/api/studio'
import type { Definition } from '@/model/definition'

export type Files = Record<string, Definition | null>

export interface Step {
  /** What was done, for the undo button. */
  label: string
  from: Files
  to: Files
  /** Steps of the same group are undone together: letters typed into one box. */
  group: string | null
}

export type Saving = 'saved' | 'waiting' | 'saving' | 'failed' | 'outdated'

export interface DraftState {
  draft: Draft
  /** Definitions that were read or changed, by file; null where there is none. */
  files: Files
  past: Step[]
  future: Step[]
  saving: Saving
  failure: unknown
}

export interface DraftServer {
  read: (file: string) => Promise<Definition | null>
  save: (version: number, files: Files) => Promise<Draft>
}

/** Changes are sent so long after the last one. */
const QUIET = 600

export function openDraft(draft: Draft, server: DraftServer) {
  const store = createStore<DraftState>(() => ({ draft, files: {}, past: [], future: [], saving: 'saved', failure: null }))
  const unsaved = new Set<string>()
  let timer: ReturnType<typeof setTimeout> | null = null
  let running: Promise<void> | null = null

  const schedule = (files: Files) => {
    for (const file of Object.keys(files)) unsaved.add(file)
    if (store.getState().saving === 'outdated') return
    store.setState({ saving: 'waiting' })
    if (timer) clearTimeout(timer)
    timer = setTimeout(() => void flush(), QUIET)
  }

  const send = async () => {
    const names = [...unsaved]
    unsaved.clear()
    const { files, draft: { version } } = store.getState()
    store.setState({ saving: 'saving' })
    try {
      const answer = await server.save(version, Object.fromEntries(names.map((name) => [name, files[name] ?? null])))
      store.setState({ draft: answer, saving: unsaved.size ? 'waiting' : 'saved', failure: null })
    } catch (failure) {
      for (const name of names) unsaved.add(name)
      const outdated = failure instanceof ApiError && failure.code.startsWith('draft_')
      store.setState({ saving: outdated ? 'outdated' : 'failed', failure })
    }
  }

  /** Sends what is not saved yet; after it everything is, or the state says why not. */
  async function flush(): Promise<void> {
    if (timer) clearTimeout(timer)
    timer = null
    while (running) await running
    while (unsaved.size && store.getState().saving !== 'outdated') {
      running = send()
      await running
      running = null
      if (store.getState().saving === 'failed') return
    }
  }

  const put = (files: Files, past: Step[], future: Step[]) => {
    store.setState((state) => ({ files: { ...state.files, ...files }, past, future }))
    schedule(files)
  }

  return {
    store,
    flush,
    isSaved: () => unsaved.size === 0,

    /** Reads a definition, once. */
    async load(file: string): Promise<Definition | null> {
      const known = store.getState().files[file]
      if (known !== undefined) return known
      const read = await server.read(file)
      const now = store.getState().files[file]
      if (now !== undefined) return now
      store.setState((state) => ({ files: { ...state.files, [file]: read } }))
      return read
    },

    /** Changes definitions as one step. */
    act(label: string, to: Files, group: string | null = null): void {
      const { files, past } = store.getState()
      const from = Object.fromEntries(Object.keys(to).map((file) => [file, files[file] ?? null]))
      if (Object.keys(to).every((file) => from[file] === to[file])) return
      const last = past.at(-1)
      const joined = group !== null && last?.group === group && Object.keys(to).every((file) => file in last.from)
      const step: Step = joined ? { ...last, to: { ...last.to, ...to } } : { label, from, to, group }
      put(to, [...(joined ? past.slice(0, -1) : past), step], [])
    },

    undo(): void {
      const { past, future } = store.getState()
      const step = past.at(-1)
      if (step) put(step.from, past.slice(0, -1), [...future, { ...step, group: null }])
    },

    redo(): void {
      const { past, future } = store.getState()
      const step = future.at(-1)
      if (step) put(step.to, [...past, step], future.slice(0, -1))
    },

    /** Reads a definition anew when it is next needed: the server knows better what it is now. */
    forget(file: string): void {
      store.setState(({ files: { [file]: _old, ...files } }) => ({ files }))
    },

    /** Takes a draft over as the server has it now: after it was laid on another version. */
    replace(answer: Draft): void {
      unsaved.clear()
      store.setState({ draft: answer, files: {}, past: [], future: [], saving: 'saved', failure: null })
    },
  }
}

export type OpenDraft = ReturnType<typeof openDraft>
