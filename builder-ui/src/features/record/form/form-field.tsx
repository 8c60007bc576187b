// One field of the form: label, control or value, help, and what is wrong with it.
import { lazy, memo, Suspense, useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { useStore } from 'zustand'
import { useShallow } from 'zustand/react/shallow'
import type { Field } from '@/model/app'
import type { Scalar } from '@/model/record'
import type { FormatContext } from '@/fields/field-type'
import { FieldValue } from '@/fields/field-value'
import { fieldType } from '@/fields/registry'
import { Icon } from '@/ui/icon'
import { currencyOf, elementId, fieldState, useForm } from '../form-context'
import { valueAt } from '../model/paths'
import { buildHeader } from '../model/patch'
import { shownAt } from '../model/problems'
import { isBlank } from '../model/values'
import { useProblemText } from './problem-text'
import style from './form.module.css'

interface FormFieldProps {
  path: string
  field: Field
  span?: number
  /** `entity.field` or `entity.lines.field`, for lookups. */
  asker: string
  /** Before its id, where the record shows the same field beside. */
  prefix?: string
}

const Reveal = lazy(() => import('./reveal'))

/** Read-only values of these types stand side by side on a phone. */
const SHORT: ReadonlySet<string> = new Set(['integer', 'decimal', 'money', 'percent', 'date', 'boolean', 'currency', 'choice', 'phone', 'country', 'time', 'duration', 'rating', 'color', 'barcode', 'number'])

export const FormField = memo(function FormField({ path, field, span = 1, asker, prefix = '' }: FormFieldProps) {
  const context = useForm()
  const { t } = useTranslation('record')
  const { form, language } = context
  const { visible, writable, required } = useStore(form.store, useShallow((state) => fieldState(context, state, path)))
  const value = useStore(form.store, (state) => valueAt(state.values, path))
  const titles = useStore(form.store, (state) => state.titles)
  const currency = useStore(form.store, (state) => currencyOf(context, state, field, path))
  const unreadable = useStore(form.store, (state) => state.unreadable[path]?.text)
  const told = useStore(
    form.store,
    useShallow((state) => ({ unreadable: state.unreadable, refused: state.refused, drafted: state.drafted, touched: state.touched, attempted: state.attempted })),
  )
  const overrides = useStore(form.store, (state) => field.compute !== undefined && state.edited.has(path))
  const kept = useStore(form.store, (state) => (field.sensitive && state.base.id !== undefined && valueAt(state.base, path) === valueAt(state.values, path) ? state.base.id : undefined))
  const say = useProblemText()
  const format: FormatContext = useMemo(
    () => ({ language, titles, currency, words: { yes: t('yes'), no: t('no') } }),
    [language, titles, currency, t],
  )
  if (!visible) return null

  const id = prefix + elementId(path)
  const problems = shownAt(told, path, field, value, required)
  const invalid = problems.some((problem) => problem.level === 'error')
  const notes = problems.length > 0 || field.help
  const type = fieldType(field.type)
  const { Edit } = type
  // A group of controls cannot be the target of a label; it carries its name itself.
  const labelled = type.grouped !== true
  const label = (
    <>
      {field.label}
      {required && <span className={style.required} aria-hidden="true"> *</span>}
    </>
  )
  return (
    <div className={style.field} style={{ gridColumn: `span ${span}` }} data-path={path} data-short={(!writable && SHORT.has(field.type)) || undefined}>
      <div className={style.labelLine}>
        {writable && labelled ? <label htmlFor={id}>{label}</label> : <span id={`${id}-label`} className={style.label}>{label}</span>}
        {overrides && (
          <button type="button" className={style.override} onClick={() => form.set(path, null)} title={t('form.compute_again')}>
            {t('form.overridden')} <Icon name="undo" size={12} />
          </button>
        )}
      </div>
      {writable ? (
        <Edit
          id={id}
          path={path}
          field={field}
          value={value}
          label={field.label}
          required={required}
          context={format}
          invalid={invalid}
          {...(unreadable === undefined ? {} : { unreadable })}
          {...(notes ? { describedBy: `${id}-notes` } : {})}
          onChange={(next: Scalar) => form.set(path, next)}
          read={() => valueAt(form.store.getState().values, path)}
          onUnreadable={(problem) => form.setUnreadable(path, problem)}
          onBlur={() => form.touch(path)}
          lookup={{
            asker,
            doc: () => buildHeader(context.entity, form.store.getState().values, form.store.getState().edited),
            learn: form.learn,
          }}
        />
      ) : (
        <div id={id} tabIndex={-1} className={`${style.value} ${type.align === 'end' ? style.figure : ''}`} aria-labelledby={`${id}-label`} role="group">
          {isBlank(value) ? <span className={style.nothing}>–</span> : <FieldValue value={value} field={field} context={format} />}
        </div>
      )}
      {kept !== undefined && !isBlank(value) && (
        <Suspense><Reveal entity={context.entity.name} id={kept} path={path} label={field.label} /></Suspense>
      )}
      {notes && (
        <div id={`${id}-notes`} className={style.notes}>
          {problems.map((problem) => (
            <p key={problem.message ?? problem.code} className={problem.level === 'error' ? style.error : style.warning}>
              <Icon name={problem.level === 'error' ? 'alert' : 'warning'} size={13} />
              {say(problem)}
            </p>
          ))}
          {field.help && !invalid && <p className={style.help}>{field.help}</p>}
        </div>
      )}
    </div>
  )
})
