/** What could not be read: why, and a way to try again where that can help. */
import { useTranslation } from 'react-i18next'
import { ApiError } from '@/api/client'
import { errorText } from '@/locales/i18n'
import { Button } from './button'
import { Notice } from './notice'

export function Failure({ error, onRetry }: { error: unknown; onRetry: () => void }) {
  const { t } = useTranslation()
  if (error instanceof ApiError && error.status === 403) return <Notice kind="info">{t('error.not_open')}</Notice>
  return <Notice kind="error" action={<Button size="small" icon="refresh" onClick={onRetry}>{t('action.retry')}</Button>}>{errorText(error, t)}</Notice>
}
