// Two people changed the same record: what can be brought together, and what a person must choose.
import type { EntityModel, Field } from '@/model/app'
import type { Line, PortolanRecord, Scalar } from '@/model/record'
import { linePath, linesOf } from './paths'
import { isComputed, sameValue } from './values'

type Values = Partial<PortolanRecord>
export type Choice = 'mine' | 'theirs'

export interface Conflict {
  /** A field's path, or a line's where one side removed it. */
  path: string
  kind: 'value' | 'removed_by_them' | 'removed_by_me'
  base: Scalar
  mine: Scalar
  theirs: Scalar
}

export interface Merge {
  conflicts: Conflict[]
  /** The record with every conflict settled as chosen; what is not chosen stays mine. */
  resolve(choices: Readonly<Record<string, Choice>>): Values
}

/** Compares three states of a record. `touching` are paths that the server could not merge. */
export function merge(entity: EntityModel, base: Values, mine: Values, theirs: Values, touching: readonly string[] = []): Merge {
  const asked = new Set(touching)
  const conflicts: Conflict[] = []
  const settled = new Map<string, Scalar>()

  const compare = (field: Field, path: string, b: Scalar, m: Scalar, t: Scalar): void => {
    if (sameValue(field, m, t)) settled.set(path, m)
    else if (isComputed(field) || !field.writable) settled.set(path, t)
    else if (asked.has(path)) conflicts.push({ path, kind: 'value', base: b, mine: m, theirs: t })
    else if (sameValue(field, b, m)) settled.set(path, t)
    else if (sameValue(field, b, t)) settled.set(path, m)
    else conflicts.push({ path, kind: 'value', base: b, mine: m, theirs: t })
  }

  for (const field of Object.values(entity.fields)) {
    if (field.type !== 'lines') {
      const at = (values: Values): Scalar => (values[field.name] as Scalar | undefined) ?? null
      compare(field, field.name, at(base), at(mine), at(theirs))
      continue
    }
    const before = byId(linesOf(base, field.name))
    const left = byId(linesOf(mine, field.name))
    const right = byId(linesOf(theirs, field.name))
    for (const id of new Set([...left.keys(), ...right.keys()])) {
      const [b, m, t] = [before.get(id), left.get(id), right.get(id)]
      if (m && t) {
        for (const cell of Object.values(field.fields ?? {})) {
          compare(cell, linePath(field.name, id, cell.name), b?.[cell.name] ?? null, m[cell.name] ?? null, t[cell.name] ?? null)
        }
      } else if (b && m && differs(field, b, m)) {
        conflicts.push({ path: linePath(field.name, id), kind: 'removed_by_them', base: null, mine: null, theirs: null })
      } else if (b && t && differs(field, b, t)) {
        conflicts.push({ path: linePath(field.name, id), kind: 'removed_by_me', base: null, mine: null, theirs: null })
      }
    }
  }

  const resolve = (choices: Readonly<Record<string, Choice>>): Values => {
    const chosen = (path: string): Choice => choices[path] ?? 'mine'
    const values = new Map(settled)
    for (const { path, kind, mine: m, theirs: t } of conflicts) {
      if (kind === 'value') values.set(path, chosen(path) === 'mine' ? m : t)
    }
    const out: Values = { ...theirs }
    for (const field of Object.values(entity.fields)) {
      if (field.type !== 'lines') {
        if (values.has(field.name)) out[field.name] = values.get(field.name) ?? null
        continue
      }
      out[field.name] = mergedLines(field, base, mine, theirs, (id, line) => {
        const row: Line = { ...line, id }
        for (const cell of Object.keys(field.fields ?? {})) {
          const path = linePath(field.name, id, cell)
          if (values.has(path)) row[cell] = values.get(path) ?? null
        }
        return row
      }, (id) => chosen(linePath(field.name, id)), conflicts)
    }
    return out
  }
  return { conflicts, resolve }
}

function mergedLines(
  field: Field,
  base: Values,
  mine: Values,
  theirs: Values,
  build: (id: string, line: Line) => Line,
  chosen: (id: string) => Choice,
  conflicts: readonly Conflict[],
): Line[] {
  const before = byId(linesOf(base, field.name))
  const left = byId(linesOf(mine, field.name))
  const right = byId(linesOf(theirs, field.name))
  const disputed = new Set(conflicts.filter((c) => c.kind !== 'value').map((c) => c.path))
  const keep = (id: string): boolean => {
    const [b, m, t] = [before.has(id), left.has(id), right.has(id)]
    if (m && t) return true
    if (!b) return true
    const open = disputed.has(linePath(field.name, id))
    if (m) return open && chosen(id) === 'mine'
    return open && chosen(id) === 'theirs'
  }
  // My order leads, because it is what is on the screen; what they added follows the line it followed with them.
  const order = [...left.keys()]
  let previous: string | undefined
  for (const id of right.keys()) {
    if (!left.has(id)) order.splice(previous === undefined ? 0 : order.indexOf(previous) + 1, 0, id)
    previous = id
  }
  return order.filter(keep).map((id) => build(id, { ...right.get(id), ...left.get(id), id }))
}

function byId(lines: readonly Line[]): Map<string, Line> {
  return new Map(lines.map((line) => [line.id, line]))
}

function differs(table: Field, a: Line, b: Line): boolean {
  return Object.values(table.fields ?? {}).some(
    (field) => !isComputed(field) && !sameValue(field, a[field.name], b[field.name]),
  )
}
