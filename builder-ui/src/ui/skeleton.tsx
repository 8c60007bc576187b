import style from './skeleton.module.css'

/** Grey bars where text will be; said once to screen readers by whoever places them. */
export function Skeleton({ width = '100%', height = 12 }: { width?: number | string; height?: number }) {
  return <span className={style.bar} style={{ width, height }} aria-hidden />
}

export function SkeletonRows({ rows = 6, height = 40 }: { rows?: number; height?: number }) {
  return (
    <div aria-hidden className={style.rows}>
      {Array.from({ length: rows }, (_, n) => (
        <div key={n} className={style.row} style={{ height }}>
          <Skeleton width={`${16 + ((n * 7) % 9)}%`} />
          <Skeleton width={`${28 + ((n * 11) % 14)}%`} />
          <Skeleton width={`${10 + ((n * 5) % 8)}%`} />
          <Skeleton width="12%" />
        </div>
      ))}
    </div>
  )
}
