import { useTranslation } from 'react-i18next'
import { useNavigate } from 'react-router'
import type { EntityModel } from '@/model/app'
import { paths } from '@/model/paths'
import { Button } from '@/ui/button'
import { Empty } from '@/ui/empty'

interface EmptyListProps {
  entity: EntityModel
  narrowed: boolean
  deleted: boolean
  onClear: () => void
}

export function EmptyList({ entity, narrowed, deleted, onClear }: EmptyListProps) {
  const { t } = useTranslation()
  const navigate = useNavigate()
  if (deleted) return <Empty icon="delete" title={t('list:trash.empty')} text={t('list:trash.empty_text')} />
  if (narrowed) {
    return (
      <Empty icon="search" title={t('list:empty.narrowed')} text={t('list:empty.narrowed_text')}>
        <Button onClick={onClear}>{t('list:empty.clear')}</Button>
      </Empty>
    )
  }
  const text = entity.help ?? (entity.can.create ? t('list:empty.text', { label: entity.label_plural }) : t('list:empty.no_right'))
  return (
    <Empty icon="list" title={t('list:empty.title', { label: entity.label_plural })} text={text}>
      {entity.can.create ? <Button kind="primary" icon="add" onClick={() => void navigate(paths.newRecord(entity.name))}>{t('list:empty.first', { label: entity.label })}</Button> : null}
      {entity.can.import ? <Button icon="upload" onClick={() => void navigate(`${paths.imports}?entity=${entity.name}`)}>{t('list:empty.import')}</Button> : null}
    </Empty>
  )
}
