// What a save sends: the changed fields and nothing else.
import type { EntityModel, Field } from '@/model/app'
import type { Line, PortolanRecord, Scalar } from '@/model/record'
import { linePath, linesOf } from './paths'
import { isEmptyLine, isSendable, sameValue } from './values'

export type Patch = Record<string, Scalar | Partial<Line>[]>

type Values = Partial<PortolanRecord>

/**
 * The changes from what the server has to what the form shows. Line tables go as the whole list in order: lines that
 * the server knows with their changed fields only, new ones with all theirs. Null if nothing changed.
 */
export function buildPatch(
  entity: EntityModel,
  base: Values,
  values: Values,
  edited: ReadonlySet<string> = new Set(),
): Patch | null {
  const patch: Patch = {}
  for (const field of Object.values(entity.fields)) {
    if (field.type === 'lines') {
      const lines = field.writable ? linesPatch(field, linesOf(base, field.name), linesOf(values, field.name), edited) : null
      if (lines) patch[field.name] = lines
    } else if (isSendable(field, field.name, edited)) {
      const value = (values[field.name] as Scalar | undefined) ?? null
      if (!sameValue(field, base[field.name] as Scalar | undefined, value)) patch[field.name] = value
    }
  }
  return Object.keys(patch).length > 0 ? patch : null
}

function linesPatch(table: Field, base: Line[], values: Line[], edited: ReadonlySet<string>): Partial<Line>[] | null {
  const fields = table.fields ?? {}
  const known = new Map(base.map((line) => [line.id, line]))
  const rows = values.filter((line) => known.has(line.id) || !isEmptyLine(line, fields))
  let changed = rows.length !== base.length || rows.some((line, index) => line.id !== base[index]?.id)
  const out = rows.map((line) => {
    const before = known.get(line.id)
    const row: Partial<Line> = { id: line.id }
    for (const field of Object.values(fields)) {
      if (!isSendable(field, linePath(table.name, line.id, field.name), edited)) continue
      const value = line[field.name] ?? null
      const sent = before
        ? !sameValue(field, before[field.name], value)
        : value !== null || edited.has(linePath(table.name, line.id, field.name))
      if (sent) {
        row[field.name] = value
        changed = true
      }
    }
    return row
  })
  return changed ? out : null
}

/** The body of a new record: every value that is there, and an explicit null where a person emptied a default. */
export function buildCreate(entity: EntityModel, values: Values, edited: ReadonlySet<string> = new Set()): Patch {
  const body: Patch = {}
  for (const field of Object.values(entity.fields)) {
    if (field.type === 'lines') {
      const lines = field.writable ? linesPatch(field, [], linesOf(values, field.name), edited) : null
      if (lines) body[field.name] = lines
    } else if (isSendable(field, field.name, edited)) {
      const value = (values[field.name] as Scalar | undefined) ?? null
      if (value !== null || edited.has(field.name)) body[field.name] = value
    }
  }
  return body
}

/** The header of the form for the condition of a choice; lines stay away, since it is sent while one types. */
export function buildHeader(entity: EntityModel, values: Values, edited: ReadonlySet<string>): Patch {
  const header = Object.entries(buildCreate(entity, values, edited)).filter(([name]) => entity.fields[name]?.type !== 'lines')
  return Object.fromEntries(values.id === undefined ? header : [['id', values.id], ...header])
}

/** The whole form for the draft endpoint: also what formulas gave, so that nothing is asked for that is known. */
export function buildDraft(entity: EntityModel, values: Values, edited: ReadonlySet<string>): Patch {
  return buildCreate(entity, values, edited)
}
