import { useTranslation } from 'react-i18next'
import { Mark } from '@/ui/mark'

export function Splash() {
  const { t } = useTranslation()
  return (
    <div role="status" style={{ minHeight: '100dvh', display: 'grid', placeItems: 'center' }}>
      <Mark size={44} tone="dark" />
      <span className="visually-hidden">{t('loading')}</span>
    </div>
  )
}
