// Brings together what an open record needs: its state, its access, its formulas.
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useAppModel, useSession } from '@/api/app-context'
import type { RecordAnswer, TaskOfRecord } from '@/api/records'
import type { EntityModel } from '@/model/app'
import { opened } from './approval/verbs'
import type { Titles } from '@/model/record'
import type { Access, FormContextValue } from './form-context'
import { createCompute, overridden } from './model/compute'
import { createEvaluator, type Loaded } from './model/evaluator'
import { createRecordForm, type Values } from './model/store'
import { useJump } from './use-jump'
import { useLoaded } from './use-loaded'

/** What the reader may write now: all fields, some, those of a task, or none. */
export function accessOf(answer: RecordAnswer | null, entity: EntityModel): Access {
  if (answer === null) {
    const given = entity.can.create_fields ?? 'all'
    return { mayWrite: (field) => entity.can.create && (given === 'all' || given.includes(field)) }
  }
  const { can, task, record } = answer
  if (record.deleted_at) return { mayWrite: () => false }
  const some = can.fields === 'all' ? null : new Set(can.fields)
  // What an outcome asks for is filled in where the outcome is chosen.
  const ofTask = new Set(task ? opened(task, { verb: 'approve' }) : [])
  return {
    mayWrite: (field) => ofTask.has(field) || (can.update && (some === null || some.has(field))),
  }
}

/** The entity as it is for whoever has this task: what the task opens can be written, whatever roles say. */
export function withOpened(entity: EntityModel, task: TaskOfRecord | undefined): EntityModel {
  const fields = task ? opened(task).flatMap((name) => entity.fields[name] ?? []) : []
  if (fields.every((field) => field.writable)) return entity
  const open = fields.map((field) => [field.name, { ...field, writable: field.formula === undefined }])
  return { ...entity, fields: { ...entity.fields, ...Object.fromEntries(open) } }
}

export function useRecordForm(entity: EntityModel, answer: RecordAnswer | null, start: { values: Values; titles: Titles }): FormContextValue {
  const app = useAppModel()
  const { i18n } = useTranslation()
  const { jump, onJump } = useJump()
  const { user } = useSession()
  const [loaded] = useState<Loaded>({})
  const evaluator = useMemo(() => createEvaluator(entity, app, user, loaded), [entity, app, user, loaded])
  const [form] = useState(() => {
    const made = createRecordForm(entity, start.values, start.titles, createCompute(entity, evaluator))
    const kept = answer === null ? [] : overridden(entity, evaluator, start.values)
    if (kept.length > 0) made.store.setState({ edited: new Set(kept) })
    return made
  })
  useLoaded(form, entity, evaluator, loaded)
  const access = useMemo(() => accessOf(answer, entity), [answer, entity])
  return useMemo(
    () => ({ app, entity, form, evaluator, access, language: i18n.language, jump, onJump }),
    [app, entity, form, evaluator, access, i18n.language, jump, onJump],
  )
}
