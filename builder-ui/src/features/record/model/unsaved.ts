// What a person typed and did not save survives a reload, per person and record, in the browser's storage.
import type { PortolanRecord } from '@/model/record'

type Values = Partial<PortolanRecord>

export interface Unsaved {
  /** When it was typed. */
  at: string
  /** The record as it was when the typing began; empty for a new one. */
  base: Values
  /** The record as it was typed. */
  values: Values
  /** Paths that a person wrote. */
  edited: string[]
}

const PREFIX = 'portolan:unsaved'

export function unsavedKey(user: string, entity: string, id: string | null): string {
  return `${PREFIX}:${user}:${entity}:${id ?? 'new'}`
}

/** Keeps the input. Storage may be full or forbidden; typing goes on all the same. */
export function keepUnsaved(key: string, unsaved: Unsaved, storage: Storage = localStorage): boolean {
  try {
    storage.setItem(key, JSON.stringify(unsaved))
    return true
  } catch {
    return false
  }
}

export function dropUnsaved(key: string, storage: Storage = localStorage): void {
  try {
    storage.removeItem(key)
  } catch {
    // Nothing was kept where storage is forbidden.
  }
}

export function readUnsaved(key: string, storage: Storage = localStorage): Unsaved | null {
  try {
    const text = storage.getItem(key)
    if (text === null) return null
    const found = JSON.parse(text) as Partial<Unsaved>
    if (typeof found.at !== 'string' || typeof found.values !== 'object' || typeof found.base !== 'object') return null
    return { at: found.at, base: found.base ?? {}, values: found.values ?? {}, edited: found.edited ?? [] }
  } catch {
    return null
  }
}

/** Removes what is older than the days, so that forgotten input of years does not fill the storage. */
export function sweepUnsaved(days: number, now: Date = new Date(), storage: Storage = localStorage): void {
  try {
    const limit = now.getTime() - days * 86_400_000
    const keys = Array.from({ length: storage.length }, (_, index) => storage.key(index))
    for (const key of keys) {
      if (!key?.startsWith(`${PREFIX}:`)) continue
      const found = readUnsaved(key, storage)
      if (!found || new Date(found.at).getTime() < limit) storage.removeItem(key)
    }
  } catch {
    // As above.
  }
}
