// Keeps what is typed in the browser, and brings it back after a reload.
import { useEffect, useState } from 'react'
import type { EntityModel } from '@/model/app'
import { merge } from './model/merge'
import { buildPatch } from './model/patch'
import type { FormState, RecordForm, Values } from './model/store'
import { dropUnsaved, keepUnsaved, readUnsaved, sweepUnsaved, unsavedKey } from './model/unsaved'

const CALM = 400
const DAYS = 30

export function isDirty(entity: EntityModel, state: Pick<FormState, 'base' | 'values' | 'edited' | 'unreadable'>): boolean {
  return (state.values !== state.base && buildPatch(entity, state.base, state.values, state.edited) !== null) || Object.keys(state.unreadable).length > 0
}

/** What was brought back, if anything. */
export interface Restored {
  at: string
  /** The record has changed since it was typed. */
  outdated: boolean
}

export interface UnsavedInput {
  restored: Restored | null
  discard(): void
  /** Told after a save. */
  forget(): void
}

export function useUnsaved(form: RecordForm, entity: EntityModel, user: string, id: string | null, writable: boolean): UnsavedInput {
  const key = unsavedKey(user, entity.name, id)
  const [restored, setRestored] = useState<Restored | null>(() => (writable ? bringBack(form, entity, key) : null))

  useEffect(() => sweepUnsaved(DAYS), [])

  useEffect(() => {
    if (!writable) return
    let timer: ReturnType<typeof setTimeout> | undefined
    const write = (): void => {
      clearTimeout(timer)
      timer = undefined
      const state = form.store.getState()
      if (isDirty(entity, state)) {
        keepUnsaved(key, { at: new Date().toISOString(), base: state.base, values: state.values, edited: [...state.edited] })
      } else dropUnsaved(key)
    }
    const unsubscribe = form.store.subscribe((state, before) => {
      if (state.values === before.values && state.base === before.base) return
      clearTimeout(timer)
      timer = setTimeout(write, CALM)
    })
    const flush = (): void => {
      if (timer !== undefined) write()
    }
    window.addEventListener('pagehide', flush)
    return () => {
      unsubscribe()
      window.removeEventListener('pagehide', flush)
      flush()
    }
  }, [entity, form, key, writable])

  return {
    restored,
    discard() {
      const { base, titles } = form.store.getState()
      form.reset(base, titles)
      dropUnsaved(key)
      setRestored(null)
    },
    forget() {
      dropUnsaved(key)
      setRestored(null)
    },
  }
}

function bringBack(form: RecordForm, entity: EntityModel, key: string): Restored | null {
  const kept = readUnsaved(key)
  if (!kept) return null
  const { base } = form.store.getState()
  const outdated = base.version !== undefined && kept.base.version !== base.version
  const merged = outdated ? merge(entity, kept.base, kept.values, base) : null
  if (merged !== null && merged.conflicts.length > 0) {
    // What both changed is asked when it is brought in or saved; until then the form stands on what was read then.
    form.restore(kept.base, kept.values, kept.edited)
    return { at: kept.at, outdated: false }
  }
  const values: Values = merged?.resolve({}) ?? { ...base, ...kept.values, ...systemOf(base) }
  if (!isDirty(entity, { base, values, edited: new Set(kept.edited), unreadable: {} })) {
    dropUnsaved(key)
    return null
  }
  form.restore(base, values, kept.edited)
  return { at: kept.at, outdated }
}

function systemOf(base: Values): Values {
  const { id, version, state, number, title, updated_at, updated_by, deleted_at } = base
  return Object.fromEntries(
    Object.entries({ id, version, state, number, title, updated_at, updated_by, deleted_at }).filter(([, value]) => value !== undefined),
  )
}
