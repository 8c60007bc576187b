import { useTranslation } from 'react-i18next'
import { errorText } from '@/locales/i18n'
import { Button } from '@/ui/button'
import { Empty } from '@/ui/empty'

export function Unreachable({ error, retry }: { error: unknown; retry: () => void }) {
  const { t } = useTranslation()
  return (
    <main>
      <Empty heading icon="offline" title={t('connection.no_start')} text={errorText(error, t)}>
        <Button kind="primary" icon="refresh" onClick={retry}>{t('action.retry')}</Button>
      </Empty>
    </main>
  )
}
