import { useCallback } from 'react'
import { useTranslation } from 'react-i18next'
import type { Shown } from '../model/problems'

/** The words of a problem: those of the server, or ours for its code. */
export function useProblemText(): (problem: Shown) => string {
  const { t } = useTranslation(['record', 'fields'])
  return useCallback(
    (problem) =>
      problem.message ||
      (problem.ofField
        ? t(`fields:problem.${problem.code}`, problem.values ?? {})
        : t(`record:problem.${problem.code}`, { defaultValue: problem.code, ...problem.values })),
    [t],
  )
}
