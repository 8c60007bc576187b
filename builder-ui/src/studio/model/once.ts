/**
 * A value of a line that stands once: in its own record, and in all others that were not turned down. Said as a rule of the
 * entity, like any other, and known again by its name. Pure.
 */
import type { Definition, EntityDefinition, Json } from '@/model/definition'
import { without } from './keyed'
import type { FieldRef } from './form-edit'

export const onceRule = ({ lines, field }: FieldRef): string => `x_once_${lines ?? ''}_${field}`

const rulesOf = (entity: EntityDefinition) => (entity.rules ?? {}) as Record<string, Json>

export const isOnce = (entity: EntityDefinition, ref: FieldRef): boolean => onceRule(ref) in rulesOf(entity)

/** States of what was turned down, whose values are free again. */
function turnedDown(entity: EntityDefinition): string[] {
  const cycle = entity.lifecycle as { start: string; transitions?: Record<string, { outcomes?: Record<string, string> }> } | undefined
  const ends = Object.values(cycle?.transitions ?? {}).flatMap(({ outcomes = {} }) => ['rejected', 'cancelled'].flatMap((outcome) => outcomes[outcome] ?? []))
  return [...new Set(ends)].filter((state) => state !== cycle?.start)
}

export function withOnce(entity: EntityDefinition, ref: FieldRef, on: boolean, message: string): EntityDefinition {
  const name = onceRule(ref)
  const { rules: _rules, ...bare } = entity
  if (!on) {
    const rest = without(rulesOf(entity), name)
    return Object.keys(rest).length ? { ...entity, rules: rest } : (bare as EntityDefinition)
  }
  const { lines = '', field } = ref
  const dead = turnedDown(entity)
  const alive = dead.length ? ` && !(r.state in ${JSON.stringify(dead)})` : ''
  const rule: Definition = {
    unless: `is_null(${field}) || (count(doc.${lines}, |l| l.${field} == ${field}) == 1 && is_null(find(${entity.name}, |r| r.id != doc.id${alive} && any(r.${lines}, |l| l.${field} == ${field}))))`,
    each: lines, field, message,
  }
  return { ...entity, rules: { ...rulesOf(entity), [name]: rule } }
}
