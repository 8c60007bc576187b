/** What somebody has changed on the settings page and not saved yet. */
import type { FirmPatch, FirmSettings } from '@/api/settings'
import type { Scalar } from '@/model/record'

export interface Draft {
  company?: string
  language?: FirmSettings['language']
  zone?: string
  settings: Record<string, Scalar>
  modules?: Record<string, boolean>
}

export const untouched: Draft = { settings: {} }

const same = (a: Scalar | undefined, b: Scalar | undefined) => String(a ?? '') === String(b ?? '') || (a !== null && a !== '' && Number(a) === Number(b))

/** What differs from what is set; nothing where nothing does. */
export function patchOf(draft: Draft, now: FirmSettings): FirmPatch | null {
  const all = now.packs.flatMap((pack) => pack.settings)
  const settings = Object.fromEntries(Object.entries(draft.settings).filter(([name, value]) => {
    const setting = all.find((one) => one.name === name)
    // Giving a value back to the pack is a change where the firm has one of its own.
    return setting !== undefined && (value === null ? setting.own : !same(value, setting.value))
  }))
  const modules = Object.fromEntries(Object.entries(draft.modules ?? {}).filter(([name, on]) => now.modules.some((one) => one.name === name && one.on !== on)))
  const patch: FirmPatch = {
    ...(draft.company !== undefined && draft.company.trim() !== now.company ? { company: draft.company.trim() } : {}),
    ...(draft.language !== undefined && draft.language !== now.language ? { language: draft.language } : {}),
    ...(draft.zone !== undefined && draft.zone !== now.zone ? { zone: draft.zone } : {}),
    ...(Object.keys(settings).length > 0 ? { settings } : {}),
    ...(Object.keys(modules).length > 0 ? { modules } : {}),
  }
  return Object.keys(patch).length > 0 ? patch : null
}

/** `UTC+08:00 · Asia/Shanghai`: found by either. */
export function zoneLabel(zone: string, now: Date): string {
  try {
    const parts = new Intl.DateTimeFormat('en', { timeZone: zone, timeZoneName: 'longOffset' }).formatToParts(now)
    const offset = parts.find((part) => part.type === 'timeZoneName')?.value.replace('GMT', 'UTC') ?? ''
    return `${zone.replaceAll('_', ' ')} (${offset})`
  } catch {
    return zone
  }
}
