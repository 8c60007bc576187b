import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { ViewColumn } from '@/model/app'
import { Button } from '@/ui/button'
import { Checkbox } from '@/ui/checkbox'
import { Popover } from '@/ui/popover'
import style from './column-chooser.module.css'

interface ColumnChooserProps {
  offered: ViewColumn[]
  shown: ViewColumn[]
  onChange: (paths: string[] | null) => void
}

/** Which columns, in which order; remembered for this view. */
export function ColumnChooser({ offered, shown, onChange }: ColumnChooserProps) {
  const { t } = useTranslation()
  const [open, setOpen] = useState(false)
  const paths = shown.map((column) => column.path)
  const hidden = offered.filter((column) => !paths.includes(column.path))
  const move = (at: number, by: number) => {
    const next = [...paths]
    const [path] = next.splice(at, 1)
    if (path) next.splice(at + by, 0, path)
    onChange(next)
  }
  const content = (
    <div className={style.panel}>
      <ul className={style.list}>
        {shown.map((column, n) => (
          <li key={column.path} className={style.item}>
            <Checkbox checked disabled={paths.length === 1} onChange={() => onChange(paths.filter((path) => path !== column.path))}>{column.label}</Checkbox>
            <span className={style.moves}>
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
      <div className={style.foot}><Button size="small" kind="quiet" onClick={() => onChange(null)}>{t('list:columns.reset')}</Button></div>
    </div>
  )
  return (
    <Popover open={open} onOpenChange={setOpen} placement="bottomRight" content={content}>
      <Button icon="columns" expanded={open} label={t('list:columns.title')} />
    </Popover>
  )
}
