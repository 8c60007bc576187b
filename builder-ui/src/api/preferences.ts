/** What one person has arranged for themselves in this browser: columns, widths, which panels stand open. */
import { useCallback, useMemo, useSyncExternalStore } from 'react'
import { useSession } from './app-context'

const listeners = new Set<() => void>()
// What storage refuses (it is full, or forbidden) holds at least until the page is left.
const held = new Map<string, string | null>()

const keyOf = (user: string, name: string) => `portolan.of.${user}.${name}`

function readText(key: string): string | null {
  const kept = held.get(key)
  if (kept !== undefined) return kept
  try {
    return localStorage.getItem(key)
  } catch {
    return null
  }
}

function writeText(key: string, text: string | null): void {
  held.set(key, text)
  try {
    if (text === null) localStorage.removeItem(key)
    else localStorage.setItem(key, text)
    held.delete(key)
  } catch {
    // Kept in memory above.
  }
  for (const tell of listeners) tell()
}

function subscribe(tell: () => void): () => void {
  listeners.add(tell)
  window.addEventListener('storage', tell)
  return () => {
    listeners.delete(tell)
    window.removeEventListener('storage', tell)
  }
}

const parsed = new Map<string, { text: string; value: unknown }>()

/** The same object for the same text, so that nothing is drawn again for nothing. */
function parse(key: string, text: string): unknown {
  const before = parsed.get(key)
  if (before?.text === text) return before.value
  let value: unknown = null
  try {
    value = JSON.parse(text)
  } catch {
    value = null
  }
  parsed.set(key, { text, value })
  return value
}

/** A value that the signed-in person keeps; `null` goes back to what everybody has. `fits` guards against older forms. */
export function usePreference<T>(name: string, fits: (value: unknown) => value is T): [T | null, (value: T | null) => void] {
  const key = keyOf(useSession().user.id, name)
  const text = useSyncExternalStore(subscribe, () => readText(key))
  const value = text === null ? null : parse(key, text)
  const set = useCallback((next: T | null) => writeText(key, next === null ? null : JSON.stringify(next)), [key])
  return [fits(value) ? value : null, set]
}

export const isTexts = (value: unknown): value is string[] => Array.isArray(value) && value.every((one) => typeof one === 'string')
export const isFlag = (value: unknown): value is boolean => typeof value === 'boolean'

const least = 48
const most = 900

const isWidths = (value: unknown): value is Record<string, number> =>
  typeof value === 'object' && value !== null && Object.values(value).every((width) => typeof width === 'number' && width >= least && width <= most)

export interface Widths {
  of: Readonly<Record<string, number>>
  /** Null gives the column back to its contents. */
  set: (column: string, width: number | null) => void
  /** Forgets them all. */
  reset: () => void
}

const none: Record<string, number> = {}

/** The widths of a table's columns that somebody has dragged. */
export function useWidths(table: string): Widths {
  const [kept, keep] = usePreference(`widths.${table}`, isWidths)
  const of = kept ?? none
  const set = useCallback((column: string, width: number | null) => {
    const { [column]: _before, ...others } = of
    const next = width === null ? others : { ...others, [column]: Math.round(Math.min(most, Math.max(least, width))) }
    keep(Object.keys(next).length > 0 ? next : null)
  }, [of, keep])
  const reset = useCallback(() => keep(null), [keep])
  return useMemo(() => ({ of, set, reset }), [of, set, reset])
}
