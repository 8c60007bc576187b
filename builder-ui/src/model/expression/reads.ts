// What an expression reads of the form, told from its JSON.
import type { Wire } from '../app'

/**
 * The header fields that an expression reads: under `doc` in an expression of a line, under `bare` in one of the
 * header. Null where that cannot be told.
 */
export function headerReads(wire: Wire, lets: Readonly<Record<string, Wire>>, of: 'doc' | 'bare' = 'doc'): Set<string> | null {
  const found = new Set<string>()
  const seen = new Set<string>()
  return collect(wire, of) ? found : null

  function collect(node: unknown, root: string): boolean {
    if (!Array.isArray(node)) return true
    const [name, first, second] = node as unknown[]
    if (name === 'server') return false
    if (name === 'literal') return true
    if (name === 'let') {
      const key = String(first)
      if (seen.has(key)) return true
      seen.add(key)
      return lets[key] !== undefined && collect(lets[key], 'bare')
    }
    if (name === 'field' || name === 'lines') {
      if (first === root || first === 'doc') found.add(String(second))
      return Array.isArray(first) ? collect(first[1], root) : true
    }
    return node.slice(1).every((part) => collect(part, root))
  }
}

/** Where a simple expression leads: a path of the row, of the document, a setting, or a fixed text. */
export type Place = { path: string; of: 'bare' | 'doc' } | { setting: string } | { text: string } | null

export function placeOf(wire: Wire): Place {
  if (!Array.isArray(wire)) return null
  const [name, first, second] = wire as unknown[]
  if (name === 'setting') return { setting: String(first) }
  if (name === 'literal' && typeof first === 'string') return { text: first }
  if (name !== 'field') return null
  if (first === 'bare' || first === 'doc') return { path: String(second), of: first }
  if (!Array.isArray(first) || first[0] !== 'through') return null
  const before = placeOf(first[1])
  return before && 'path' in before ? { ...before, path: `${before.path}.${String(second)}` } : null
}
