// Two people changed the same places: per place, mine, theirs, or as it was before both.
import { useId, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { formatAgo } from '@/fields/dates'
import { formatValue } from '@/fields/registry'
import type { Scalar } from '@/model/record'
import { Button } from '@/ui/button'
import { Dialog } from '@/ui/dialog'
import { currencyOf, useForm, useFormState } from './form-context'
import type { Choice, Conflict } from './model/merge'
import { fieldAt, placeLabel } from './model/paths'
import { isBlank, sameValue } from './model/values'
import type { Stale } from './use-save'
import style from './conflict.module.css'

interface ConflictDialogProps {
  stale: Stale
  /** Who changed it, where that is known. */
  by: string | null
  /** What was chosen; to be saved at once, or first looked at in the form. */
  onSettle: (choices: Record<string, Choice>, save: boolean) => void
  onClose: () => void
}

interface Option {
  choice: Choice
  /** Whose it is. */
  label: string
  text: string
}

export function ConflictDialog({ stale, by, onSettle, onClose }: ConflictDialogProps) {
  const { t } = useTranslation('record')
  const context = useForm()
  const { entity, language } = context
  const state = useFormState((one) => one)
  const [choices, setChoices] = useState<Record<string, Choice>>({})
  const group = useId()
  const { conflicts } = stale.merge
  const chosen = (path: string): Choice => choices[path] ?? 'mine'
  const all = (choice: Choice): void => setChoices(Object.fromEntries(conflicts.map(({ path }) => [path, choice])))
  const settled = (): Record<string, Choice> => Object.fromEntries(conflicts.map(({ path }) => [path, chosen(path)]))

  const text = (conflict: Conflict, value: Scalar): string => {
    const field = fieldAt(entity, conflict.path)
    if (!field || isBlank(value)) return t('conflict.nothing')
    return formatValue(value, field, { language, titles: state.titles, currency: currencyOf(context, state, field, conflict.path), words: { yes: t('yes'), no: t('no') } })
  }

  const options = (conflict: Conflict): Option[] => {
    const two = (mine: string, theirs: string): Option[] => [
      { choice: 'mine', label: t('conflict.mine'), text: mine },
      { choice: 'theirs', label: t('conflict.theirs'), text: theirs },
    ]
    switch (conflict.kind) {
      case 'removed_by_them': return two(t('conflict.keep_line'), t('conflict.line_removed'))
      case 'removed_by_me': return two(t('conflict.line_removed'), t('conflict.keep_line'))
      case 'added_by_me': return two(t('conflict.keep_line'), t('conflict.line_removed')).map((one) => one.choice === 'theirs' ? { ...one, label: t('conflict.original') } : one)
      case 'order': return two(t('conflict.my_order'), t('conflict.their_order'))
      case 'linked': case 'value': {
        const field = fieldAt(entity, conflict.path)
        const original: Option = { choice: 'original', label: t('conflict.original'), text: text(conflict, conflict.base) }
        const [mine, theirs] = two(text(conflict, conflict.mine), text(conflict, conflict.theirs)) as [Option, Option]
        return sameValue(field, conflict.base, conflict.theirs) ? [mine, original] : [mine, theirs, original]
      }
    }
  }

  /** Who changed it and when; what the server tells of the place, else who saved last. */
  const who = (conflict: Conflict): string | null => {
    const told = stale.told[conflict.path]
    const at = told?.at ?? stale.current.updated_at
    const name = told ? told.by_name : by
    if (!at) return null
    const when = formatAgo(at, language)
    const key = conflict.kind === 'linked' || conflict.kind === 'added_by_me' ? 'conflict.linked_by' : 'conflict.changed_by'
    return t(key, { name: name ?? t('remote.somebody'), when })
  }

  return (
    <Dialog
      open
      width={720}
      title={t('conflict.title')}
      onClose={onClose}
      footer={
        <div className={style.foot}>
          <Button kind="quiet" onClick={onClose}>{t('conflict.back')}</Button>
          <span className={style.space} />
          <Button onClick={() => onSettle(settled(), false)}>{t('conflict.look')}</Button>
          <Button kind="primary" onClick={() => onSettle(settled(), true)}>{t('conflict.save')}</Button>
        </div>
      }
    >
      <p className={style.intro}>{by ? t('conflict.intro_by', { name: by }) : t('conflict.intro')}</p>
      {conflicts.length > 1 && (
        <div className={style.all}>
          <Button size="small" onClick={() => all('mine')}>{t('conflict.all_mine')}</Button>
          <Button size="small" onClick={() => all('theirs')}>{t('conflict.all_theirs')}</Button>
        </div>
      )}
      <div className={style.list}>
        {conflicts.map((conflict) => {
          const place = placeLabel(entity, state.values, conflict.path)
          const label = place.line === undefined ? place.label : t('conflict.in_line', { label: place.label, line: place.line })
          const shown = options(conflict)
          // "All theirs" also holds where they left the value as it was.
          const picked = shown.some((one) => one.choice === chosen(conflict.path)) ? chosen(conflict.path) : 'original'
          const told = who(conflict)
          return (
            <fieldset key={conflict.path} className={style.conflict}>
              <legend>{label}</legend>
              {told && <p className={style.before}>{told}</p>}
              <div className={style.options}>
                {shown.map(({ choice, label: whose, text: value }) => (
                  <label key={choice} className={style.option} data-chosen={picked === choice || undefined}>
                    <input
                      type="radio"
                      aria-label={`${whose}: ${value}`}
                      name={`${group}-${conflict.path}`}
                      checked={picked === choice}
                      onChange={() => setChoices({ ...choices, [conflict.path]: choice })}
                    />
                    <span>
                      <small>{whose}</small>
                      <span className={style.text}>{value}</span>
                    </span>
                  </label>
                ))}
              </div>
            </fieldset>
          )
        })}
      </div>
    </Dialog>
  )
}
