import style from './progress.module.css'

export function Progress({ value, max, label }: { value: number; max: number; label: string }) {
  const share = max > 0 ? Math.min(100, (value / max) * 100) : 0
  return (
    <div className={style.track} role="progressbar" aria-label={label} aria-valuemin={0} aria-valuemax={max} aria-valuenow={value}>
      <div className={style.bar} style={{ width: `${share}%` }} />
    </div>
  )
}
