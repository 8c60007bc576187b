import { useTranslation } from 'react-i18next'
import { Button } from '@/ui/button'
import { Checkbox } from '@/ui/checkbox'
import type { ColumnChooserProps } from './column-chooser'
import style from './column-chooser.module.css'

export default function ColumnPanel({ offered, shown, onChange, pinned, onPin, density, onDensity }: ColumnChooserProps) {
  const { t } = useTranslation()
  const paths = shown.map((column) => column.path)
  const hidden = offered.filter((column) => !paths.includes(column.path))
  const move = (at: number, by: number) => {
    const next = [...paths]
    const [path] = next.splice(at, 1)
    if (path) next.splice(at + by, 0, path)
    onChange(next)
  }
  return (
    <div className={style.panel}>
      <ul className={style.list}>
        {shown.map((column, n) => (
          <li key={column.path} className={style.item}>
            <Checkbox checked disabled={paths.length === 1} onChange={() => onChange(paths.filter((path) => path !== column.path))}>{column.label}</Checkbox>
            <span className={style.moves} data-pinned={n < pinned || undefined}>
              <Button kind="quiet" size="small" icon="pin" pressed={n < pinned} label={t(n < pinned ? 'list:columns.unpin' : 'list:columns.pin', { label: column.label })} onClick={() => onPin(n < pinned ? n : n + 1)} />
              <Button kind="quiet" size="small" icon="sort_up" disabled={n === 0} label={t('list:columns.earlier', { label: column.label })} onClick={() => move(n, -1)} />
              <Button kind="quiet" size="small" icon="sort_down" disabled={n === paths.length - 1} label={t('list:columns.later', { label: column.label })} onClick={() => move(n, 1)} />
            </span>
          </li>
        ))}
        {hidden.length > 0 ? <li className={style.rule} aria-hidden /> : null}
        {hidden.map((column) => (
          <li key={column.path} className={style.item}>
            <Checkbox checked={false} onChange={() => onChange([...paths, column.path])}>{column.label}</Checkbox>
          </li>
        ))}
      </ul>
      <div className={style.foot}>
        <Checkbox checked={density === 'compact'} onChange={(compact) => onDensity(compact ? 'compact' : 'comfortable')}>{t('list:columns.compact')}</Checkbox>
        <Button size="small" kind="quiet" onClick={() => onChange(null)}>{t('list:columns.reset')}</Button>
      </div>
    </div>
  )
}
