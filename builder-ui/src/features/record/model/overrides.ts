// Computed values that people have overridden: they stay until they are emptied or something that they are computed
// from changes. The engine's drafts go by the same rule, on the same fixtures.
import type { EntityModel, Field, Wire } from '@/model/app'
import { asLinePlace, fieldAt } from './paths'

/** What an expression reads of the form. */
interface Reads {
  heads: Set<string>
  /** Cells of its own line. */
  cells: Set<string>
  tables: Set<string>
  /** Cells of the lines of `tables`. */
  slots: Set<string>
}

function readsOf(wire: Wire, lets: EntityModel['lets'], inLine: boolean): Reads {
  const reads: Reads = { heads: new Set(), cells: new Set(), tables: new Set(), slots: new Set() }
  const seen = new Set<string>()
  collect(wire, inLine)
  return reads

  function collect(node: unknown, line: boolean): void {
    if (!Array.isArray(node) || node[0] === 'literal') return
    const [name, first, second] = node as unknown[]
    if (name === 'let') {
      const key = String(first)
      if (!seen.has(key)) {
        seen.add(key)
        collect(lets[key], false)
      }
      return
    }
    if (name === 'lines') reads.tables.add(String(second))
    if (name === 'field') {
      if (first === 'bare' && line) reads.cells.add(String(second))
      else if (first === 'bare' || first === 'doc') reads.heads.add(String(second))
      else if (Array.isArray(first) && first[0] === 'slot') reads.slots.add(String(second))
    }
    for (const part of node.slice(1)) collect(part, line)
  }
}

const formulaOf = (field: Field | undefined): Wire | undefined => field?.formula ?? field?.compute?.value

/** Whether one of the changed places reaches what the value at a place is computed from, through formulas as well. */
function isReached(entity: EntityModel, place: { table: string | null; id: string | null }, wire: Wire, changed: readonly string[]): boolean {
  const reads = readsOf(wire, entity.lets, place.table !== null)
  const through = (table: string | null, id: string | null, name: string): boolean => {
    const inner = formulaOf(table === null ? entity.fields[name] : entity.fields[table]?.fields?.[name])
    return inner !== undefined && isReached(entity, { table, id }, inner, changed)
  }
  const isCell = (table: string, id: string | null, name: string): boolean =>
    changed.some((path) => {
      const at = asLinePlace(path)
      return at !== null && at.lines === table && at.field === name && (id === null || at.id === id)
    })
  const cell = (table: string, id: string | null, name: string): boolean => isCell(table, id, name) || through(table, id, name)
  return (
    [...reads.heads].some((name) => changed.includes(name) || through(null, null, name)) ||
    (place.table !== null && [...reads.cells].some((name) => cell(place.table ?? '', place.id, name))) ||
    [...reads.tables].some((table) => changed.includes(table) || [...reads.slots].some((name) => cell(table, null, name)))
  )
}

/**
 * The places that people still override after a change: those whose inputs changed are computed again. What the change
 * itself wrote stays.
 */
export function stillOverridden(entity: EntityModel, edited: ReadonlySet<string>, changed: readonly string[]): Set<string> {
  const kept = new Set(edited)
  for (const path of edited) {
    const compute = fieldAt(entity, path)?.compute
    if (compute === undefined || changed.includes(path)) continue
    const place = asLinePlace(path)
    if (isReached(entity, { table: place?.lines ?? null, id: place?.id ?? null }, compute.value, changed)) kept.delete(path)
  }
  return kept
}
