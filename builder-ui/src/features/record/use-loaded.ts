// Conditions may read across a reference ("only where the seller pays the freight"): such records are loaded beside the
// form, once each. Where the reader may not see one, the condition stays unknown and the server decides.
import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useMemo } from 'react'
import { keys } from '@/api/keys'
import { readRecord } from '@/api/records'
import type { EntityModel, Field, Wire } from '@/model/app'
import { type Crossing, crossings, type Loaded } from './model/evaluator'
import type { Evaluator } from './model/evaluate'
import type { RecordForm } from './model/store'

function wiresOf(field: Field): Wire[] {
  return [field.required_when, field.visible, field.read_only, field.currency, field.server ? undefined : field.formula]
}

/** Each reference once, that conditions and formulas of the header read across. */
function crossingsOf(entity: EntityModel): Crossing[] {
  const wires = [
    ...Object.values(entity.fields).flatMap((field) => (field.type === 'lines' ? [field.required_when, field.visible, field.read_only] : wiresOf(field))),
    ...entity.form.layout.map((part) => part.visible),
  ]
  const found = new Map<string, Crossing>()
  for (const wire of wires) {
    for (const crossing of crossings(wire, entity.lets)) found.set(JSON.stringify(crossing), crossing)
  }
  return [...found.values()]
}

export function useLoaded(form: RecordForm, entity: EntityModel, evaluator: Evaluator, loaded: Loaded): void {
  const client = useQueryClient()
  const wanted = useMemo(() => crossingsOf(entity), [entity])

  useEffect(() => {
    if (wanted.length === 0) return
    const asked = new Set<string>()
    let gone = false
    const look = (): void => {
      const { values } = form.store.getState()
      for (const crossing of wanted) {
        const id = evaluator.value(crossing.id, { values })
        if (typeof id !== 'string' || id === '' || asked.has(id)) continue
        asked.add(id)
        client
          .fetchQuery({ queryKey: keys.record(crossing.entity, id), queryFn: () => readRecord(crossing.entity, id), staleTime: 60_000 })
          .then(({ record }) => {
            if (gone) return
            loaded[id] = record
            form.recompute()
            // What was loaded may lead to a further record.
            look()
          })
          .catch(() => {})
      }
    }
    look()
    const unsubscribe = form.store.subscribe((state, before) => {
      if (state.values !== before.values) look()
    })
    return () => {
      gone = true
      unsubscribe()
    }
  }, [client, evaluator, form, loaded, wanted])
}
