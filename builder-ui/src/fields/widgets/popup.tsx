// A box under (or above) a field, drawn over everything so that no scrolling frame cuts it off.
import { type ReactNode, type RefObject, useEffect, useState } from 'react'
import { createPortal } from 'react-dom'

interface Place {
  left: number
  width: number
  top?: number
  bottom?: number
  maxHeight: number
}

const GAP = 4
const EDGE = 8
const HEIGHT = 320
/** With less room below, the box goes to the side that has more. */
const ENOUGH = 200

export function Popup({ anchor, minWidth, children }: { anchor: RefObject<HTMLElement | null>; minWidth: number; children: ReactNode }) {
  const [drawn, setDrawn] = useState<{ place: Place; home: Element } | null>(null)

  // Not a layout effect: where field and box appear at once, the field is known only after those.
  useEffect(() => {
    const measure = (): void => {
      const field = anchor.current
      if (!field) return
      // Inside a dialog the box belongs to it; else to the page, so that it stands within a landmark.
      const home = field.closest('[role="dialog"]') ?? document.getElementById('main') ?? document.body
      setDrawn({ place: placeAt(field.getBoundingClientRect(), minWidth), home })
    }
    measure()
    window.addEventListener('scroll', measure, true)
    window.addEventListener('resize', measure)
    return () => {
      window.removeEventListener('scroll', measure, true)
      window.removeEventListener('resize', measure)
    }
  }, [anchor, minWidth])

  if (!drawn) return null
  // Dialogs of the kit let pointers through outside their own frame.
  return createPortal(
    <div className="pf-popup" style={{ ...drawn.place, minWidth: drawn.place.width, pointerEvents: 'auto' }}>{children}</div>,
    drawn.home,
  )
}

function placeAt(box: DOMRect, minWidth: number): Place {
  const below = window.innerHeight - box.bottom - GAP - EDGE
  const above = box.top - GAP - EDGE
  const width = Math.min(Math.max(box.width, minWidth), window.innerWidth - 2 * EDGE)
  const left = Math.max(EDGE, Math.min(box.left, window.innerWidth - width - EDGE))
  return below >= ENOUGH || below >= above
    ? { left, width, top: box.bottom + GAP, maxHeight: Math.min(HEIGHT, below) }
    : { left, width, bottom: window.innerHeight - box.top + GAP, maxHeight: Math.min(HEIGHT, above) }
}
