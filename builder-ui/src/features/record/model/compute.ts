// Formulas live as one types. After a change they are computed in the order of their dependencies; formulas of lines
// only for the lines that changed, so that a thousand lines cost what one costs.
import type { EntityModel, Field, Wire } from '@/model/app'
import type { Line, Scalar } from '@/model/record'
import type { Evaluator, Place } from './evaluate'
import { canonical, round } from '@/fields/exact'
import { isNumber, storedScale } from '@/fields/numbers'
import { linePath, linesOf } from './paths'
import type { Compute, Values } from './store'
import { sameValue } from './values'

interface Target {
  field: Field
  /** The line table, for a formula of lines. */
  table: string | null
  wire: Wire
  /** Of a computed value: the state in which it is computed. */
  state: string | null
  /** Header fields that the formula of a line reads; null: any. */
  reads: ReadonlySet<string> | null
}

/** What the browser computes: not what only the server can. */
function targetsOf(entity: EntityModel, evaluator: Evaluator): Target[] {
  return entity.order.flatMap(({ target }): Target[] => {
    const [kind, path = ''] = target.split(':')
    if (kind === 'let') return []
    const [head = '', cell] = path.split('.')
    const field = cell === undefined ? entity.fields[head] : entity.fields[head]?.fields?.[cell]
    const wire = field?.formula ?? field?.compute?.value
    if (!field || wire === undefined || field.server) return []
    const table = cell === undefined ? null : head
    return [{ field, table, wire, state: field.compute?.while ?? null, reads: table === null ? null : evaluator.headerFields(wire) }]
  })
}

/** The value as the field stores it: a decimal is rounded to the field's scale. */
function fit(field: Field, value: Scalar | undefined): Scalar | undefined {
  if (!['decimal', 'money', 'percent'].includes(field.type) || !isNumber(value)) return value
  return canonical(round(String(value), storedScale(field)))
}

/** Makes the function that computes a form of the entity. */
export function createCompute(entity: EntityModel, evaluator: Evaluator): Compute {
  const targets = targetsOf(entity, evaluator)
  const start = entity.lifecycle?.start
  return (previous, next, edited) => {
    if (targets.length === 0) return next
    const state = String(next.state ?? start ?? '')
    let values = next
    for (const target of targets) {
      if (target.state !== null && target.state !== state) continue
      values = target.table === null ? header(target, values) : ofLines(target, target.table, values)
    }
    return values

    function header({ field, wire }: Target, now: Values): Values {
      if (edited.has(field.name)) return now
      const value = fit(field, evaluator.value(wire, { values: now }))
      return value === undefined || sameValue(field, now[field.name] as Scalar, value) ? now : { ...now, [field.name]: value }
    }

    function ofLines({ field, wire, reads }: Target, table: string, now: Values): Values {
      const lines = linesOf(now, table)
      const before = previous && !headerChanged(previous, now, reads) ? new Map(linesOf(previous, table).map((line) => [line.id, line])) : null
      let changed = false
      const computed = lines.map((line) => {
        if (before?.get(line.id) === line || edited.has(linePath(table, line.id, field.name))) return line
        const value = fit(field, evaluator.value(wire, { values: now, table, line }))
        if (value === undefined || sameValue(field, line[field.name], value)) return line
        changed = true
        return { ...line, [field.name]: value } as Line
      })
      return changed ? { ...now, [table]: computed } : now
    }
  }

  function headerChanged(previous: Values, now: Values, reads: ReadonlySet<string> | null): boolean {
    const names = reads ?? Object.keys(entity.fields).filter((name) => entity.fields[name]?.type !== 'lines')
    for (const name of names) {
      if (previous[name] !== now[name]) return true
    }
    return false
  }
}

/**
 * The places of computed values that a person has overridden before: they differ from what the formula gives. They
 * stay until they are emptied or overtaken.
 */
export function overridden(entity: EntityModel, evaluator: Evaluator, values: Values): string[] {
  return Object.values(entity.fields).flatMap((field) => {
    if (field.type !== 'lines') return isOverridden(field, evaluator, { values }, values[field.name] as Scalar) ? [field.name] : []
    const cells = Object.values(field.fields ?? {})
    return linesOf(values, field.name).flatMap((line) =>
      cells
        .filter((cell) => isOverridden(cell, evaluator, { values, table: field.name, line }, line[cell.name]))
        .map((cell) => linePath(field.name, line.id, cell.name)),
    )
  })
}

function isOverridden(field: Field, evaluator: Evaluator, place: Place, now: Scalar | undefined): boolean {
  if (field.compute === undefined || !field.writable || field.server || now === undefined || now === null) return false
  const value = fit(field, evaluator.value(field.compute.value, place))
  return value !== undefined && !sameValue(field, now, value)
}
