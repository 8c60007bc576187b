/** What happened by itself because nobody decided in time, in words. */
import { useTranslation } from 'react-i18next'
import type { Automatic } from '@/api/tasks'

export function useAutomaticTexts() {
  const { t } = useTranslation('record')
  /** `2 working_days` as people say it. */
  const span = (period: string): string => {
    const [count = '', unit = ''] = period.split(' ')
    return t(`approval.span.${unit.replace(/s$/, '')}`, { count: Number(count), defaultValue: period })
  }
  /** "in 2 working days", or "in time" where it was due by a date. */
  const within = (period: string | null | undefined): string => (period ? t('approval.within', { span: span(period) }) : t('approval.in_time'))
  const automatic = ({ act, within: period, people }: Automatic): string =>
    t(`approval.automatic.${act}`, { within: within(period), people: (people ?? []).map((one) => one.name).join(t('approval.comma')) })
  return { span, within, automatic }
}
