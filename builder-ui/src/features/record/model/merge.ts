// Two people changed the same record: what can be brought together, and what a person must choose.
import type { EntityModel, Field } from '@/model/app'
import type { Line, PortolanRecord, Scalar } from '@/model/record'
import { linePath, linesOf } from './paths'
import { isComputed, sameValue } from './values'

type Values = Partial<PortolanRecord>
export type Choice = 'mine' | 'theirs' | 'original'

export interface Conflict {
  /** A field's path, a cell's, a line's where it came or went, a table's for the order of its lines. */
  path: string
  /** `linked`: the other changed something that is worked out together with this place. */
  kind: 'value' | 'linked' | 'removed_by_them' | 'removed_by_me' | 'added_by_me' | 'order'
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
  const line = (path: string, kind: Conflict['kind']): void => void conflicts.push({ path, kind, base: null, mine: null, theirs: null })

  const compare = (field: Field, path: string, b: Scalar, m: Scalar, t: Scalar): void => {
    if (sameValue(field, m, t)) settled.set(path, m)
    else if (isComputed(field) || !field.writable) settled.set(path, t)
    else if (sameValue(field, b, m)) settled.set(path, t)
    else if (!sameValue(field, b, t)) conflicts.push({ path, kind: 'value', base: b, mine: m, theirs: t })
    else if (asked.has(path)) conflicts.push({ path, kind: 'linked', base: b, mine: m, theirs: t })
    else settled.set(path, m)
  }

  for (const field of Object.values(entity.fields)) {
    if (field.type !== 'lines') {
      const at = (values: Values): Scalar => (values[field.name] as Scalar | undefined) ?? null
      compare(field, field.name, at(base), at(mine), at(theirs))
      continue
    }
    const [before, left, right] = [base, mine, theirs].map((values) => byId(linesOf(values, field.name))) as [Rows, Rows, Rows]
    for (const id of new Set([...left.keys(), ...right.keys()])) {
      const [b, m, t] = [before.get(id), left.get(id), right.get(id)]
      const path = linePath(field.name, id)
      if (m && t) {
        for (const cell of Object.values(field.fields ?? {})) {
          compare(cell, linePath(field.name, id, cell.name), b?.[cell.name] ?? null, m[cell.name] ?? null, t[cell.name] ?? null)
        }
      } else if (m && !b && asked.has(path)) line(path, 'added_by_me')
      else if (b && m && differs(field, b, m)) line(path, 'removed_by_them')
      else if (b && t && (differs(field, b, t) || asked.has(path))) line(path, 'removed_by_me')
    }
    if (orders(before, left, right) === 'both') line(field.name, 'order')
  }

  const resolve = (choices: Readonly<Record<string, Choice>>): Values => {
    const chosen = (path: string): Choice => choices[path] ?? 'mine'
    const values = new Map(settled)
    for (const { path, kind, base: b, mine: m, theirs: t } of conflicts) {
      if (kind === 'value' || kind === 'linked') values.set(path, { mine: m, theirs: t, original: b }[chosen(path)])
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
      }, chosen, conflicts)
    }
    return out
  }
  return { conflicts, resolve }
}

type Rows = Map<string, Line>

/** Who put the lines that all three have into another order. */
function orders(before: Rows, left: Rows, right: Rows): 'nobody' | 'me' | 'them' | 'both' {
  const common = (rows: Rows): string => [...rows.keys()].filter((id) => before.has(id) && left.has(id) && right.has(id)).join()
  const [was, mine, theirs] = [common(before), common(left), common(right)]
  if (mine === was) return theirs === was ? 'nobody' : 'them'
  return theirs === was ? 'me' : mine === theirs ? 'them' : 'both'
}

function mergedLines(
  field: Field,
  base: Values,
  mine: Values,
  theirs: Values,
  build: (id: string, line: Line) => Line,
  chosen: (path: string) => Choice,
  conflicts: readonly Conflict[],
): Line[] {
  const [before, left, right] = [base, mine, theirs].map((values) => byId(linesOf(values, field.name))) as [Rows, Rows, Rows]
  const disputed = new Map(conflicts.map((conflict) => [conflict.path, conflict.kind]))
  const keep = (id: string): boolean => {
    const [b, m, t] = [before.has(id), left.has(id), right.has(id)]
    const path = linePath(field.name, id)
    const choice = chosen(path)
    switch (disputed.get(path)) {
      case 'removed_by_them': case 'added_by_me': return choice === 'mine'
      case 'removed_by_me': return choice !== 'mine'
      default: return !b || (m && t)
    }
  }
  // Whoever moved lines leads; what the other added follows the line that it followed there.
  const moved = orders(before, left, right)
  const theirsLead = moved === 'them' || (moved === 'both' && chosen(field.name) !== 'mine')
  const [lead, other] = theirsLead ? [right, left] : [left, right]
  const order = [...lead.keys()]
  let previous: string | undefined
  for (const id of other.keys()) {
    if (!lead.has(id)) order.splice(previous === undefined ? 0 : order.indexOf(previous) + 1, 0, id)
    previous = id
  }
  return order.filter(keep).map((id) => build(id, { ...right.get(id), ...left.get(id), id }))
}

function byId(lines: readonly Line[]): Rows {
  return new Map(lines.map((line) => [line.id, line]))
}

function differs(table: Field, a: Line, b: Line): boolean {
  return Object.values(table.fields ?? {}).some(
    (field) => !isComputed(field) && !sameValue(field, a[field.name], b[field.name]),
  )
}
