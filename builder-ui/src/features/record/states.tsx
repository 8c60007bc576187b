// A record that cannot be shown: it is not there, it may not be read, or the server did not answer.
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { ApiError } from '@/api/client'
import { errorText } from '@/locales/i18n'
import type { EntityModel } from '@/model/app'
import { paths } from '@/model/paths'
import { Button } from '@/ui/button'
import { Empty } from '@/ui/empty'
import { useDocumentTitle } from '@/ui/document-title'
import { Skeleton, SkeletonRows } from '@/ui/skeleton'
import style from './record.module.css'

export function RecordMissing({ entity, error, retry }: { entity: EntityModel | undefined; error: unknown; retry: () => void }) {
  const { t } = useTranslation(['record', 'common'])
  const status = error instanceof ApiError ? error.status : 0
  const kind = entity === undefined || status === 404 ? 'not_found' : status === 403 ? 'forbidden' : 'failed'
  const title = t(`record:missing.${kind}`)
  useDocumentTitle(title)
  return (
    <Empty
      icon={kind === 'not_found' ? 'search' : kind === 'forbidden' ? 'lock' : 'offline'}
      title={title}
      text={kind === 'failed' ? errorText(error, t as never) : t(`record:missing.${kind}_text`)}
    >
      {kind === 'failed'
        ? <Button kind="primary" icon="refresh" onClick={retry}>{t('record:retry')}</Button>
        : <Link to={entity ? paths.list(entity.name) : paths.home}>{entity ? t('record:missing.to_list', { label: entity.label_plural }) : t('record:missing.to_home')}</Link>}
    </Empty>
  )
}

export function RecordLoading() {
  const { t } = useTranslation('record')
  return (
    <div className={style.loading} role="status">
      <span className="visually-hidden">{t('loading')}</span>
      <Skeleton width={220} height={26} />
      <div className={style.loadingCard}><SkeletonRows rows={3} height={56} /></div>
      <div className={style.loadingCard}><SkeletonRows rows={5} height={36} /></div>
    </div>
  )
}
