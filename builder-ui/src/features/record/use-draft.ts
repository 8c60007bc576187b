// Asks the server for what the browser cannot compute: fills of references, formulas over what is not loaded, rules.
// A short while after the last change; an answer to an older question is dropped.
import { useEffect, useState } from 'react'
import { draftRecord } from '@/api/records'
import type { EntityModel } from '@/model/app'
import { buildDraft } from './model/patch'
import { fieldAt, linesOf } from './model/paths'
import type { RecordForm } from './model/store'

const CALM = 350
/** Long documents are asked about less often: an answer costs the server what it costs to compute them. */
const CALM_LONG = 1200
const LONG = 200

/** More changed places than this are not named in one question. */
const MOST_NAMED = 60

/** References before what else was written in the same step, so that a value pasted beside one is not filled over. */
function inOrder(entity: EntityModel, paths: readonly string[]): string[] {
  const isReference = (path: string): boolean => ['reference', 'references', 'any_reference', 'user', 'department', 'position'].includes(fieldAt(entity, path)?.type ?? '')
  return [...paths.filter(isReference), ...paths.filter((path) => !isReference(path))]
}

export function useDraft(form: RecordForm, entity: EntityModel, active: boolean): { computing: boolean; failed: boolean } {
  const [computing, setComputing] = useState(false)
  const [failed, setFailed] = useState(false)

  useEffect(() => {
    if (!active) return
    let timer: ReturnType<typeof setTimeout> | undefined
    let stop = new AbortController()
    const changed = new Set<string>()
    let seen = form.store.getState().revision

    const ask = async (): Promise<void> => {
      stop.abort()
      stop = new AbortController()
      const { signal } = stop
      const { values, edited, revision } = form.store.getState()
      const body = { ...buildDraft(entity, values, edited), ...(values.id ? { id: values.id, version: values.version } : {}) }
      // What was changed is named, so that references fill and what was overridden before is computed again. Of a great
      // block that was pasted the server fills what is empty.
      const named = changed.size <= MOST_NAMED ? [...changed] : []
      setComputing(true)
      try {
        const answer = await draftRecord(entity.name, body, named, signal)
        changed.clear()
        form.applyDraft(answer, { values, revision })
        seen = form.store.getState().revision
        setFailed(false)
      } catch {
        // What is typed stays; the next change asks again.
        if (!signal.aborted) setFailed(true)
      } finally {
        if (!signal.aborted) setComputing(false)
      }
    }

    const unsubscribe = form.store.subscribe((state, before) => {
      if (state.revision === seen || state.revision === before.revision) return
      seen = state.revision
      for (const path of inOrder(entity, state.lastChanged)) {
        changed.delete(path)
        changed.add(path)
      }
      const long = Object.values(entity.fields).some((field) => field.type === 'lines' && linesOf(state.values, field.name).length > LONG)
      clearTimeout(timer)
      timer = setTimeout(() => void ask(), long ? CALM_LONG : CALM)
    })
    return () => {
      unsubscribe()
      clearTimeout(timer)
      stop.abort()
    }
  }, [active, entity, form])

  return { computing, failed }
}
