import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { paths } from '@/model/paths'
import { Empty } from '@/ui/empty'
import { useDocumentTitle } from '@/ui/document-title'

export function NotFound() {
  const { t } = useTranslation()
  useDocumentTitle(t('not_found.title'))
  return (
    <Empty heading icon="search" title={t('not_found.title')} text={t('not_found.text')}>
      <Link to={paths.home}>{t('not_found.home')}</Link>
    </Empty>
  )
}
