/** Definitions taken out as one archive, and brought in from one: what it would do is shown before it is done. */
import { useMutation } from '@tanstack/react-query'
import { lazy, Suspense, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { archiveFile, planPacks, publishPacks, readArchive, type PackFiles } from '@/api/publish'
import { errorText } from '@/locales/i18n'
import { Button } from '@/ui/button'
import { Card } from '@/ui/card'
import { Notice } from '@/ui/notice'
import style from './publish-page.module.css'

const PlannedDialog = lazy(() => import('./planned-dialog'))

export default function ArchiveCard({ current }: { current: number }) {
  const { t } = useTranslation('publish')
  const input = useRef<HTMLInputElement>(null)
  const [brought, setBrought] = useState<{ file: string; packs: PackFiles[] } | null>(null)
  const read = useMutation({ mutationFn: readArchive, onSuccess: ({ packs }, file) => setBrought({ file: file.name, packs }) })
  return (
    <Card title={t('archive.title')}>
      <div className={style.archive}>
        <p className={style.note}>{t('archive.text')}</p>
        {read.error ? <Notice kind="error">{errorText(read.error, t)}</Notice> : null}
        <div className={style.ways}>
          <Button icon="download" href={archiveFile(current, false)} download>{t('archive.out')}</Button>
          <Button icon="download" href={archiveFile(current, true)} download>{t('archive.out_effective')}</Button>
          <Button icon="upload" busy={read.isPending} onClick={() => input.current?.click()}>{t('archive.in')}</Button>
        </div>
        <input
          ref={input} type="file" accept=".zip" className="visually-hidden" tabIndex={-1} aria-label={t('archive.choose')}
          onChange={(event) => {
            const file = event.target.files?.[0]
            event.target.value = ''
            if (file) read.mutate(file)
          }}
        />
      </div>
      {brought ? (
        <Suspense fallback={null}>
          <PlannedDialog
            what={`archive ${brought.file}`} title={t('archive.bring_title', { packs: brought.packs.map(({ name }) => name).join(t('diff.comma')) })} text={t('archive.bring_text')} action={t('archive.bring_action')} note={t('archive.note', { file: brought.file })}
            plan={(choices) => planPacks(brought.packs, choices)} publish={(note, choices) => publishPacks(brought.packs, note, choices)} onClose={() => setBrought(null)}
          />
        </Suspense>
      ) : null}
    </Card>
  )
}
