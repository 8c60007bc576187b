/** Bringing in spreadsheets: a new file, and what was brought in before. */
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useNavigate, useSearchParams } from 'react-router'
import { listImports, uploadImport } from '@/api/imports'
import { keys } from '@/api/keys'
import { errorText } from '@/locales/i18n'
import { paths } from '@/model/paths'
import { Card } from '@/ui/card'
import { Empty } from '@/ui/empty'
import { Notice } from '@/ui/notice'
import { Page } from '@/ui/page'
import { SkeletonRows } from '@/ui/skeleton'
import { DropZone } from './drop-zone'
import { ImportRows } from './import-rows'
import { keepUpload } from './upload-store'

export default function ImportsPage() {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const [parameters] = useSearchParams()
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<string | null>(null)
  const list = useQuery({ queryKey: [...keys.imports, 'list'], queryFn: listImports })

  const upload = async (file: File) => {
    setBusy(true)
    setError(null)
    try {
      const answer = await uploadImport(file)
      keepUpload(answer, file)
      const entity = parameters.get('entity')
      await navigate(paths.import(answer.id) + (entity ? `?entity=${entity}` : ''))
    } catch (cause) {
      setError(errorText(cause, t))
      setBusy(false)
    }
  }

  return (
    <Page title={t('shell.imports')} width="narrow">
      <div style={{ display: 'grid', gap: 20 }}>
        {error ? <Notice kind="error">{error}</Notice> : null}
        <DropZone onFile={(file) => void upload(file)} busy={busy} />
        <Card flush title={t('import:earlier')}>
          {list.isPending ? <SkeletonRows rows={3} height={56} />
            : list.data && list.data.rows.length > 0 ? <ImportRows rows={list.data.rows} />
              : list.error ? <Notice kind="error">{errorText(list.error, t)}</Notice>
                : <Empty compact icon="spreadsheet" title={t('import:none')} text={t('import:none_text')} />}
        </Card>
      </div>
    </Page>
  )
}
