// Asks the server for what the browser cannot compute: fills of references, formulas over what is not loaded, rules.
// A short while after the last change; an answer to an older question is dropped.
import { useEffect, useState } from 'react'
import { draftRecord } from '@/api/records'
import type { EntityModel } from '@/model/app'
import { buildDraft } from './model/patch'
import { linesOf } from './model/paths'
import type { RecordForm } from './model/store'

const CALM = 350
/** Long documents are asked about less often: an answer costs the server what it costs to compute them. */
const CALM_LONG = 1200
const LONG = 200

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
      const asked = [...changed]
      setComputing(true)
      try {
        const answer = await draftRecord(entity.name, body, asked.slice(0, 50).join(','), signal)
        for (const path of asked) changed.delete(path)
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
      if (state.lastChanged !== null) changed.add(state.lastChanged)
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
