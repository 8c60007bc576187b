// What stands against a save, with the way to each place.
import { useEffect, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { Notice } from '@/ui/notice'
import { useForm, useFormState } from './form-context'
import { useProblemText } from './form/problem-text'
import { placeLabel } from './model/paths'
import { hasPlace, type Shown } from './model/problems'
import style from './record.module.css'

const SHOWN = 8

export function ErrorSummary({ problems, failure, round }: { problems: readonly Shown[]; failure: string | null; round: number }) {
  const { t } = useTranslation('record')
  const { entity, jump } = useForm()
  const values = useFormState((state) => state.values)
  const say = useProblemText()
  const frame = useRef<HTMLDivElement>(null)
  const count = problems.length

  // After each attempt the focus goes to the summary, so that it is read out and the links are at hand.
  useEffect(() => {
    if (round > 0) {
      frame.current?.focus({ preventScroll: true })
      frame.current?.scrollIntoView({ block: 'nearest', behavior: 'smooth' })
    }
  }, [round])

  if (count === 0 && failure === null) return null
  return (
    <div ref={frame} tabIndex={-1} className={style.summary}>
      <Notice kind="error">
        {failure !== null && <p>{failure}</p>}
        {count > 0 && (
          <>
            <p className={style.summaryHead}>{t('save.problems', { count })}</p>
            <ul className={style.summaryList}>
              {problems.slice(0, SHOWN).map((problem) => {
                const place = placeLabel(entity, values, problem.path)
                const label = place.line === undefined ? place.label : t('conflict.in_line', { label: place.label, line: place.line })
                return (
                  <li key={`${problem.path}-${problem.code}`}>
                    {hasPlace(entity, problem.path)
                      ? <button type="button" className={style.jump} onClick={() => jump(problem.path)}>{label}</button>
                      : label}
                    {t('colon')}{say(problem)}
                  </li>
                )
              })}
            </ul>
            {count > SHOWN && <p>{t('save.more_problems', { count: count - SHOWN })}</p>}
          </>
        )}
      </Notice>
    </div>
  )
}
