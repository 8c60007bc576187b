// What came with a decision: files to open, and the signature as a picture.
import { lazy, Suspense } from 'react'
import { useTranslation } from 'react-i18next'
import style from './approval.module.css'

const FilesShow = lazy(() => import('@/fields/widgets/files/files-show').then((module) => ({ default: module.FilesShow })))

export function DecisionFiles({ attachments = [], signature }: { attachments?: readonly string[] | undefined; signature?: string | null | undefined }) {
  const { t } = useTranslation('record')
  if (attachments.length === 0 && !signature) return null
  return (
    <Suspense fallback={null}>
      <div className={style.files}>
        {attachments.length > 0 && <FilesShow value={attachments} label={t('approval.decision_files')} pictures={false} />}
        {signature && <FilesShow value={[signature]} label={t('approval.signature')} pictures />}
      </div>
    </Suspense>
  )
}
