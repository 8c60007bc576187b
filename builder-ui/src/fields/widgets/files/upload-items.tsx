// Files that are on their way: how far they are, or why they did not get there.
import { useTranslation } from 'react-i18next'
import { sizeText } from '@/model/files'
import { Icon } from '@/ui/icon'
import { Progress } from '@/ui/progress'
import { dropUpload, retryUpload, type Upload } from './uploads'

export function UploadItems({ uploads }: { uploads: readonly Upload[] }) {
  const { t, i18n } = useTranslation('fields')
  if (uploads.length === 0) return null
  return (
    <ul className="pf-files" aria-label={t('file.uploads')}>
      {uploads.map(({ key, file: { name, size }, state, gone, problem, values, again }) => (
        <li key={key} className={`pf-file pf-upload${state === 'failed' ? ' pf-upload-failed' : ''}`}>
          <span className="pf-file-face">
            <span className="pf-kind" aria-hidden="true"><Icon name={state === 'failed' ? 'alert' : 'upload'} size={18} /></span>
            <span className="pf-file-words">
              <span className="pf-file-name">{name}</span>
              {state === 'failed'
                ? <small role="alert">{t(`problem.${problem ?? 'upload_failed'}`, values ?? {})}</small>
                : <><Progress value={gone} max={size} label={t('file.progress', { name })} /><small>{t('file.gone_of', { gone: sizeText(gone, i18n.language), size: sizeText(size, i18n.language) })}</small></>}
            </span>
          </span>
          {state === 'failed' && again && (
            <button type="button" className="pf-icon pf-stay" aria-label={t('file.retry', { name })} title={t('file.retry_short')} onClick={() => retryUpload(key)}>
              <Icon name="refresh" size={14} />
            </button>
          )}
          <button
            type="button"
            className="pf-icon pf-stay"
            aria-label={t(state === 'failed' ? 'file.dismiss' : 'file.cancel', { name })}
            title={t(state === 'failed' ? 'file.dismiss_short' : 'file.cancel_short')}
            onClick={() => dropUpload(key)}
          >
            <Icon name="close" size={14} />
          </button>
        </li>
      ))}
    </ul>
  )
}
