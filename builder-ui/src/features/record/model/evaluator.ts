// The interpreter of expressions, over the form as it stands and the records that are loaded beside it.
import type { AppModel, EntityModel, Wire } from '@/model/app'
import { evaluate, type Scope } from '@/model/expression/evaluate'
import { headerReads } from '@/model/expression/reads'
import { Fault } from '@/model/expression/values'
import type { PortolanRecord, Scalar } from '@/model/record'
import type { SessionUser } from '@/model/session'
import type { Evaluator, Place } from './evaluate'

export type Loaded = Record<string, Partial<PortolanRecord> | undefined>

/** `loaded` is read each time, so that a record counts as soon as it has arrived. */
export function createEvaluator(entity: EntityModel, app: AppModel, user: SessionUser, loaded: Loaded): Evaluator {
  const fixed = {
    lets: entity.lets,
    settings: app.settings,
    user: { ...user },
    zone: app.zone,
    calendars: app.calendars,
  }
  const start = entity.lifecycle?.start

  const scopeOf = ({ values, line }: Place): Scope => {
    const form = start === undefined || values.state ? values : { ...values, state: start }
    return { ...fixed, now: new Date(), loaded, ...(line ? { bare: line, doc: form } : { bare: form, doc: form }) }
  }

  return {
    value(wire, place) {
      try {
        return evaluate(wire, scopeOf(place)) as Scalar | undefined
      } catch (error) {
        // A division by zero has no value; the server tells it at its place.
        if (error instanceof Fault) return null
        throw error
      }
    },
    headerFields: (wire) => headerReads(wire, entity.lets),
  }
}

/** A reference that conditions of the form read across: where its id stands, and of which entity it is. */
export interface Crossing {
  id: Wire
  entity: string
}

/** The references that an expression reads across, so that their records can be loaded. */
export function crossings(wire: Wire, lets: Readonly<Record<string, Wire>>, seen: Set<string> = new Set()): Crossing[] {
  if (!Array.isArray(wire)) return []
  const [name, first, second] = wire as unknown[]
  if (name === 'literal') return []
  if (name === 'let') {
    const key = String(first)
    if (seen.has(key)) return []
    seen.add(key)
    return crossings(lets[key], lets, seen)
  }
  if (name === 'through') return [...crossings(first, lets, seen), { id: first, entity: String(second) }]
  return (wire as unknown[]).slice(1).flatMap((part) => crossings(part, lets, seen))
}
