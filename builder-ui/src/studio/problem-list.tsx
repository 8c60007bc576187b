import { useTranslation } from 'react-i18next'
import type { Diagnostic } from '@/api/studio'
import { Icon } from '@/ui/icon'
import style from './problem-list.module.css'

export interface Place {
  file: string
  path: string
}

/** What is wrong with the draft; each leads to its place. */
export function ProblemList({ problems, onOpen }: { problems: readonly Diagnostic[]; onOpen: (place: Place) => void }) {
  const { t } = useTranslation('studio')
  if (problems.length === 0) return <p className={style.none}>{t('problems.none')}</p>
  return (
    <ul className={style.list}>
      {problems.map((problem) => (
        <li key={`${problem.code} ${problem.file} ${problem.path} ${problem.message}`}>
          <button type="button" className={style.problem} data-severity={problem.severity} onClick={() => onOpen(problem)}>
            <Icon name={problem.severity === 'error' ? 'error' : 'warning'} label={t(`problems.${problem.severity}`)} />
            <span className={style.words}>
              <span>{problem.message}</span>
              {problem.hint ? <span className={style.hint}>{problem.hint}</span> : null}
              <span className={style.place}>{problem.file}{problem.path ? `: ${problem.path}` : ''}</span>
            </span>
          </button>
        </li>
      ))}
    </ul>
  )
}
