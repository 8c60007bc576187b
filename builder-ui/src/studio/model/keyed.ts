/** Objects keyed by name, whose order means something. Nothing here changes what it is given. */

export type Keyed<T> = Record<string, T>

/** The same with a key put after another one; first without one, last where that one is not there. */
export function putAfter<T>(keyed: Keyed<T>, key: string, value: NoInfer<T>, after: string | null): Keyed<T> {
  const rest = Object.entries(keyed).filter(([name]) => name !== key)
  const at = after === null ? 0 : rest.findIndex(([name]) => name === after) + 1 || rest.length
  return Object.fromEntries([...rest.slice(0, at), [key, value] as const, ...rest.slice(at)])
}

export function without<T>(keyed: Keyed<T>, key: string): Keyed<T> {
  return Object.fromEntries(Object.entries(keyed).filter(([name]) => name !== key))
}

/** The same with one value changed, its place kept. */
export function withValue<T>(keyed: Keyed<T>, key: string, change: (value: T) => T): Keyed<T> {
  return Object.fromEntries(Object.entries(keyed).map(([name, value]) => [name, name === key ? change(value) : value]))
}

/** The key before this one; null for the first. */
export function before<T>(keyed: Keyed<T>, key: string): string | null {
  const names = Object.keys(keyed)
  return names[names.indexOf(key) - 1] ?? null
}

/** A key one place up or down; the same where there is none. */
export function shifted<T>(keyed: Keyed<T>, key: string, by: -1 | 1): Keyed<T> {
  const names = Object.keys(keyed)
  const at = names.indexOf(key)
  const to = at + by
  if (at < 0 || to < 0 || to >= names.length) return keyed
  names.splice(at, 1)
  names.splice(to, 0, key)
  return Object.fromEntries(names.map((name) => [name, keyed[name] as T]))
}
