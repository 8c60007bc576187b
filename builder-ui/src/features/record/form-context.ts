// What the parts of a record page share.
import { createContext, useContext } from 'react'
import { useStore } from 'zustand'
import type { AppModel, EntityModel, Field } from '@/model/app'
import type { Evaluator } from './model/evaluate'
import { asLinePlace, fieldAt, linesOf } from './model/paths'
import type { FormState, RecordForm } from './model/store'
import { holds, isRequired } from './model/evaluate'

export interface Access {
  /** Whether the reader may write the field now: rights, state, task. */
  mayWrite(field: string): boolean
}

export interface FormContextValue {
  app: AppModel
  entity: EntityModel
  form: RecordForm
  evaluator: Evaluator
  access: Access
  language: string
  /** Opens what hides a place and puts the focus there. */
  jump(path: string): void
  /** Lets a part that can hide places, or that has cells, answer jumps to them. */
  onJump(answer: (path: string) => boolean): () => void
}

export const FormContext = createContext<FormContextValue | null>(null)

export function useForm(): FormContextValue {
  const value = useContext(FormContext)
  if (!value) throw new Error('Expected a record form around this part')
  return value
}

export function useFormState<T>(select: (state: FormState) => T): T {
  return useStore(useForm().form.store, select)
}

/** The id of the element in which a place is entered. */
export function elementId(path: string): string {
  return `at-${path.replaceAll('.', '-')}`
}

export interface FieldState {
  visible: boolean
  writable: boolean
  /** Whether a value must be there; only of what can be written. */
  required: boolean
}

/** Whether a place is shown, can be written and must be filled in, with the conditions as the form stands. */
export function fieldState(context: Pick<FormContextValue, 'entity' | 'evaluator' | 'access'>, state: FormState, path: string): FieldState {
  const { entity, evaluator, access } = context
  const place = asLinePlace(path)
  const field = fieldAt(entity, path)
  if (!field) return { visible: false, writable: false, required: false }
  const line = place ? linesOf(state.values, place.lines).find((one) => one.id === place.id) : undefined
  const at = { values: state.values, ...(place && line ? { table: place.lines, line } : {}) }
  const writable = access.mayWrite(place?.lines ?? path) && isWritable(field) && !holds(evaluator, field.read_only, at, false)
  return {
    visible: holds(evaluator, field.visible, at, true),
    writable,
    required: writable && isRequired(evaluator, field, at),
  }
}

export function isWritable(field: Field): boolean {
  return field.writable && field.formula === undefined
}

/** The ISO code of a money field, if it can be told. */
export function currencyOf(context: Pick<FormContextValue, 'evaluator'>, state: Pick<FormState, 'values'>, field: Field, path: string): string | null {
  if (field.type !== 'money' || field.currency === undefined) return null
  const place = asLinePlace(path)
  const line = place ? linesOf(state.values, place.lines).find((one) => one.id === place.id) : undefined
  const code = context.evaluator.value(field.currency, { values: state.values, ...(place && line ? { table: place.lines, line } : {}) })
  return typeof code === 'string' && code !== '' ? code : null
}
