// Saving: checks, sends what changed, and puts every refusal where it belongs.
import { useQueryClient } from '@tanstack/react-query'
import { useCallback, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { ApiError, idempotencyKey } from '@/api/client'
import { keys } from '@/api/keys'
import { createRecord, updateRecord, type RecordAnswer } from '@/api/records'
import { errorText } from '@/locales/i18n'
import type { Field } from '@/model/app'
import type { Line, PortolanRecord, Problem, Titles } from '@/model/record'
import { useToast } from '@/ui/toast'
import { fieldState, type FormContextValue } from './form-context'
import { checkRecord } from './model/check'
import { isRequired } from './model/evaluate'
import { merge, type Choice, type Merge } from './model/merge'
import { buildCreate, buildPatch } from './model/patch'
import { likenessOf, type Likeness } from './model/likeness'
import { allProblems, type Shown } from './model/problems'

export interface Stale {
  current: PortolanRecord
  titles: Titles
  merge: Merge
  /** Who changed a place and when, where the server told it. */
  told: Readonly<Record<string, { by_name: string | null; at: string | null }>>
}

/** What the server tells of a place that both changed. */
interface ToldConflict {
  path: string
  by_name: string | null
  at: string | null
}

export type SaveResult = { kind: 'saved'; answer: RecordAnswer | null } | { kind: 'refused' }

export interface Saving {
  busy: boolean
  /** A refusal that belongs to no field. */
  failure: string | null
  stale: Stale | null
  /** Records that it may be; asked before it is saved. */
  alike: Likeness | null
  problems(requires?: readonly string[]): Shown[]
  /** `distinct`: why it is none of the records that it may be. */
  save(requires?: readonly string[], distinct?: string): Promise<SaveResult>
  /** Another person's version: merges it in, or asks where it cannot. Whether it could. */
  bringIn(current: PortolanRecord, titles: Titles, touching?: readonly ToldConflict[]): boolean
  /** Takes over what was chosen, and saves it or leaves it to be looked at. */
  settle(choices: Readonly<Record<string, Choice>>, andSave: boolean): void
  dismiss(): void
  fail(error: unknown): void
}

export function useSave(context: FormContextValue, onSaved: (answer: RecordAnswer) => void): Saving {
  const { t } = useTranslation(['record', 'common'])
  const { form, entity } = context
  const client = useQueryClient()
  const toast = useToast()
  const [busy, setBusy] = useState(false)
  const [failure, setFailure] = useState<string | null>(null)
  const [stale, setStale] = useState<Stale | null>(null)
  const [alike, setAlike] = useState<Likeness | null>(null)
  // A repeated click sends the same key, so that a slow connection never makes two records.
  const attempt = useRef<{ revision: number; key: string } | null>(null)

  const problems = useCallback(
    (requires: readonly string[] = []): Shown[] => {
      const state = form.store.getState()
      const isVisible = (path: string) => fieldState(context, state, path).visible
      const isNeeded = (field: Field, at?: { table: string; line: Line }) => isRequired(context.evaluator, field, { values: state.values, ...at })
      const checks = checkRecord(entity, state.values, isVisible, isNeeded, requires)
      const mine = checks.filter(({ path }) => fieldState(context, state, path).writable || requires.includes(path) || entity.fields[path]?.type === 'lines')
      return allProblems(state, mine)
    },
    [context, entity, form],
  )

  const bringIn = useCallback(
    (current: PortolanRecord, titles: Titles, touching: readonly ToldConflict[] = []): boolean => {
      const { base, values, edited } = form.store.getState()
      const merged = merge(entity, base, values, current, touching.map(({ path }) => path))
      form.learn(titles)
      if (merged.conflicts.length === 0) form.restore(current, merged.resolve({}), edited)
      else setStale({ current, titles, merge: merged, told: Object.fromEntries(touching.map((one) => [one.path, one])) })
      return merged.conflicts.length === 0
    },
    [entity, form],
  )

  const fail = useCallback(
    (error: unknown): void => {
      if (error instanceof ApiError && error.code === 'stale' && error.body.current) {
        const { current, titles, conflicts } = error.body as { current: PortolanRecord; titles?: Titles; conflicts?: ToldConflict[] }
        const told = conflicts ?? error.details.map(({ path }) => ({ path, by_name: null, at: null }))
        if (bringIn(current, titles ?? {}, told)) setFailure(t('record:save.brought_together'))
        return
      }
      if (error instanceof ApiError && error.details.length > 0) {
        const suspects = error.details.filter((detail) => detail.code === 'suspect')
        // Nothing else stands against it: one question, not a list of problems.
        if (suspects.length === error.details.length && suspects[0]) {
          setAlike(likenessOf(suspects[0]))
          return
        }
        const told: Problem[] = error.details.map((detail) => ({ ...detail, level: 'error' }))
        form.refuse(told.filter((detail) => detail.path !== ''))
        const general = told.filter((detail) => detail.path === '').map((detail) => detail.message)
        setFailure(general.length > 0 ? general.join(' ') : null)
        return
      }
      setFailure(errorText(error, t as never))
    },
    [bringIn, form, t],
  )

  const save = useCallback(
    async (requires: readonly string[] = [], distinct?: string): Promise<SaveResult> => {
      form.attempt()
      setFailure(null)
      // What the server refused last time is asked again, not held against the form for ever.
      form.store.setState({ refused: [] })
      const state = form.store.getState()
      if (problems(requires).length > 0) return { kind: 'refused' }
      const id = state.base.id
      const changes = id === undefined ? buildCreate(entity, state.values, state.edited) : buildPatch(entity, state.base, state.values, state.edited)
      if (changes === null) {
        form.store.setState({ attempted: false })
        return { kind: 'saved', answer: null }
      }
      const patch = distinct === undefined ? changes : { ...changes, distinct }
      if (distinct !== undefined) attempt.current = null
      if (attempt.current?.revision !== state.revision) attempt.current = { revision: state.revision, key: idempotencyKey() }
      setBusy(true)
      try {
        const answer = id === undefined
          ? await createRecord(entity.name, patch, attempt.current.key)
          : await updateRecord(entity.name, id, { ...patch, version: state.base.version ?? 1 }, attempt.current.key)
        attempt.current = null
        client.setQueryData(keys.record(entity.name, answer.record.id), answer)
        form.reset(answer.record, answer.titles)
        if (answer.warnings?.length) form.store.setState({ drafted: answer.warnings.map((warning) => ({ ...warning, level: 'warn' as const })) })
        void client.invalidateQueries({ queryKey: [...keys.entity(entity.name), 'list'] })
        void client.invalidateQueries({ queryKey: keys.timeline(entity.name, answer.record.id) })
        toast.success(t('record:save.done'))
        onSaved(answer)
        return { kind: 'saved', answer }
      } catch (error) {
        fail(error)
        return { kind: 'refused' }
      } finally {
        setBusy(false)
      }
    },
    [client, entity, fail, form, onSaved, problems, t, toast],
  )

  return {
    busy, failure, stale, alike, problems, save, bringIn, fail,
    settle(choices, andSave) {
      if (!stale) return
      form.restore(stale.current, stale.merge.resolve(choices), form.store.getState().edited, stale.titles)
      setStale(null)
      setFailure(null)
      attempt.current = null
      // Where somebody was faster once more, it is asked once more.
      if (andSave) void save()
    },
    dismiss: () => {
      setStale(null)
      setAlike(null)
    },
  }
}
