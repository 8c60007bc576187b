/** The edge of a column's heading: drag it, or double-click to fit the contents. Keys do the same, see `widthKey`. */
import { useRef, type KeyboardEvent, type PointerEvent } from 'react'
import style from './column-edge.module.css'

interface ColumnEdgeProps {
  onResize: (width: number | null) => void
}

export function ColumnEdge({ onResize }: ColumnEdgeProps) {
  const start = useRef<{ x: number; width: number } | null>(null)
  const begin = (event: PointerEvent<HTMLSpanElement>) => {
    event.preventDefault()
    event.stopPropagation()
    event.currentTarget.setPointerCapture(event.pointerId)
    start.current = { x: event.clientX, width: event.currentTarget.parentElement?.offsetWidth ?? 0 }
  }
  const move = (event: PointerEvent<HTMLSpanElement>) => {
    if (start.current) onResize(start.current.width + event.clientX - start.current.x)
  }
  const end = () => {
    start.current = null
  }
  return (
    <span
      aria-hidden
      className={style.edge}
      onPointerDown={begin}
      onPointerMove={move}
      onPointerUp={end}
      onPointerCancel={end}
      onMouseDown={(event) => event.stopPropagation()}
      onClick={(event) => event.stopPropagation()}
      onDoubleClick={(event) => {
        event.stopPropagation()
        onResize(null)
      }}
    />
  )
}

const step = 16

/** Alt + Shift + ← or → on a heading or cell: how wide its column becomes; Alt + Shift + Home fits it to its contents. */
export function widthKey(event: KeyboardEvent, now: number): { width: number | null } | null {
  if (!event.altKey || !event.shiftKey || event.ctrlKey || event.metaKey) return null
  if (event.key === 'Home') return { width: null }
  if (event.key !== 'ArrowLeft' && event.key !== 'ArrowRight') return null
  return { width: now + (event.key === 'ArrowRight' ? step : -step) }
}

export const widthKeys = 'Alt+Shift+ArrowLeft Alt+Shift+ArrowRight'
