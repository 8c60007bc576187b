// What needs more room than a cell of the grid has: the cell shows it in short, a box under it edits it.
import { type ReactNode, useEffect, useRef } from 'react'
import { Popup } from './popup'

const WIDTH = 360

export function CellBox({ shown, children }: { shown: ReactNode; children: ReactNode }) {
  const cell = useRef<HTMLSpanElement>(null)
  const box = useRef<HTMLDivElement>(null)
  // The box is drawn a moment after the cell; then it takes the focus.
  useEffect(() => {
    const wait = setInterval(() => {
      const first = box.current?.querySelector<HTMLElement>('input, button, [contenteditable]')
      if (!first) return
      clearInterval(wait)
      first.focus()
    }, 20)
    return () => clearInterval(wait)
  }, [])
  return (
    <span ref={cell} className="pf-cell-box">
      {shown}
      <Popup anchor={cell} minWidth={WIDTH}>
        <div
          ref={box}
          role="presentation"
          className="pf-box"
          // The grid would take the keys for itself; only Escape is its own.
          onKeyDown={(event) => {
            if (event.key !== 'Escape') event.stopPropagation()
          }}
          onMouseDown={(event) => event.stopPropagation()}
        >
          {children}
        </div>
      </Popup>
    </span>
  )
}
