// The fields that an outcome of the node's own asks for: open here, whatever the record's state and the reader's roles say.
import { useMemo } from 'react'
import { FormField } from '../form/form-field'
import { FormContext, useForm, useFormState, type FormContextValue } from '../form-context'
import { valueAt } from '../model/paths'
import { isBlank } from '../model/values'

interface OwnOutcome {
  write: readonly string[]
  required: readonly string[]
}

/** An outcome's fields, in the order in which its author named them. */
export const fieldsOf = (outcome: OwnOutcome | undefined): string[] => [...new Set([...(outcome?.required ?? []), ...(outcome?.write ?? [])])]

/** Whether a field that the outcome needs has no value yet. */
export function useLacking(outcome: OwnOutcome | undefined): boolean {
  return useFormState((state) => (outcome?.required ?? []).some((name) => isBlank(valueAt(state.values, name))))
}

export function OutcomeFields({ outcome }: { outcome: OwnOutcome }) {
  const context = useForm()
  const opened = useMemo((): FormContextValue => {
    const { entity } = context
    const open = fieldsOf(outcome).flatMap((name) => {
      const field = entity.fields[name]
      return field ? [[name, { ...field, writable: true, read_only: undefined, required: outcome.required.includes(name) }] as const] : []
    })
    const fields = { ...entity.fields, ...Object.fromEntries(open) } as typeof entity.fields
    return { ...context, entity: { ...entity, fields }, access: { mayWrite: () => true } }
  }, [context, outcome])
  return (
    <FormContext.Provider value={opened}>
      {fieldsOf(outcome).map((name) => {
        const field = opened.entity.fields[name]
        return field ? <FormField key={name} path={name} field={field} asker={`${opened.entity.name}.${name}`} prefix="own-" /> : null
      })}
    </FormContext.Provider>
  )
}
