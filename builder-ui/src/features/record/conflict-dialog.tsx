// Two people changed the same places: per place, mine or theirs.
import { useId, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { formatValue } from '@/fields/registry'
import type { Scalar } from '@/model/record'
import { Button } from '@/ui/button'
import { Dialog } from '@/ui/dialog'
import { currencyOf, useForm, useFormState } from './form-context'
import type { Choice, Conflict } from './model/merge'
import { fieldAt, placeLabel } from './model/paths'
import { isBlank } from './model/values'
import type { Stale } from './use-save'
import style from './conflict.module.css'

interface ConflictDialogProps {
  stale: Stale
  /** Who changed it, where that is known. */
  by: string | null
  onSettle: (choices: Record<string, Choice>) => void
  onClose: () => void
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

  const text = (conflict: Conflict, value: Scalar): string => {
    const field = fieldAt(entity, conflict.path)
    if (!field || isBlank(value)) return t('conflict.nothing')
    return formatValue(value, field, { language, titles: state.titles, currency: currencyOf(context, state, field, conflict.path), words: { yes: t('yes'), no: t('no') } })
  }

  const options = (conflict: Conflict): [string, string] => {
    if (conflict.kind === 'removed_by_them') return [t('conflict.keep_line'), t('conflict.line_removed')]
    if (conflict.kind === 'removed_by_me') return [t('conflict.line_removed'), t('conflict.keep_line')]
    return [text(conflict, conflict.mine), text(conflict, conflict.theirs)]
  }

  return (
    <Dialog
      open
      width={680}
      title={t('conflict.title')}
      onClose={onClose}
      footer={
        <div className={style.foot}>
          <Button kind="quiet" onClick={() => all('theirs')}>{t('conflict.all_theirs')}</Button>
          <Button kind="quiet" onClick={() => all('mine')}>{t('conflict.all_mine')}</Button>
          <span className={style.space} />
          <Button onClick={onClose}>{t('conflict.back')}</Button>
          <Button kind="primary" onClick={() => onSettle(Object.fromEntries(conflicts.map(({ path }) => [path, chosen(path)])))}>{t('conflict.save')}</Button>
        </div>
      }
    >
      <p className={style.intro}>{by ? t('conflict.intro_by', { name: by }) : t('conflict.intro')}</p>
      <div className={style.list}>
        {conflicts.map((conflict) => {
          const place = placeLabel(entity, state.values, conflict.path)
          const label = place.line === undefined ? place.label : t('conflict.in_line', { label: place.label, line: place.line })
          const [mine, theirs] = options(conflict)
          return (
            <fieldset key={conflict.path} className={style.conflict}>
              <legend>{label}</legend>
              {conflict.kind === 'value' && <p className={style.before}>{t('conflict.before', { value: text(conflict, conflict.base) })}</p>}
              <div className={style.options}>
                {([['mine', mine], ['theirs', theirs]] as const).map(([choice, value]) => (
                  <label key={choice} className={style.option} data-chosen={chosen(conflict.path) === choice || undefined}>
                    <input
                      type="radio"
                      aria-label={`${t(choice === 'mine' ? 'conflict.mine' : 'conflict.theirs')}: ${value}`}
                      name={`${group}-${conflict.path}`}
                      checked={chosen(conflict.path) === choice}
                      onChange={() => setChoices({ ...choices, [conflict.path]: choice })}
                    />
                    <span>
                      <small>{t(choice === 'mine' ? 'conflict.mine' : 'conflict.theirs')}</small>
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
