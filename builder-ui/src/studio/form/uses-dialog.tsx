/** Where a field is used: it stays until these are done without it. */
import { useTranslation } from 'react-i18next'
import type { Use } from '@/api/studio'
import { Button } from '@/ui/button'
import { Dialog } from '@/ui/dialog'
import style from './panel.module.css'

export interface Used {
  label: string
  uses: readonly Use[]
}

export default function UsesDialog({ used, onClose }: { used: Used; onClose: () => void }) {
  const { t } = useTranslation('studio')
  return (
    <Dialog open title={t('uses.title', { what: used.label, count: used.uses.length })} onClose={onClose} footer={<Button kind="primary" onClick={onClose}>{t('uses.close')}</Button>}>
      <p>{t('uses.text')}</p>
      <ul className={style.uses}>
        {used.uses.map((use) => (
          <li key={`${use.file} ${use.path}`}>
            <strong>{t(`kind.${use.kind}`, { defaultValue: use.kind })}: {use.label}</strong>
            <code>{use.path}</code>
          </li>
        ))}
      </ul>
    </Dialog>
  )
}
