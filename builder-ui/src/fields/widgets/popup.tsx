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

export function Popup({ anchor, minWidth, children }: { anchor: RefObject<HTMLElement | null>; minWidth: number; children: ReactNode }) {
  const [place, setPlace] = useState<Place | null>(null)

  // Not a layout effect: where field and box appear at once, the field is known only after those.
  useEffect(() => {
    const measure = (): void => {
      const box = anchor.current?.getBoundingClientRect()
      if (!box) return
      const below = window.innerHeight - box.bottom - GAP - EDGE
      const above = box.top - GAP - EDGE
      const width = Math.min(Math.max(box.width, minWidth), window.innerWidth - 2 * EDGE)
      const left = Math.max(EDGE, Math.min(box.left, window.innerWidth - width - EDGE))
      setPlace(
        below >= Math.min(HEIGHT, 200) || below >= above
          ? { left, width, top: box.bottom + GAP, maxHeight: Math.min(HEIGHT, below) }
          : { left, width, bottom: window.innerHeight - box.top + GAP, maxHeight: Math.min(HEIGHT, above) },
      )
    }
    measure()
    window.addEventListener('scroll', measure, true)
    window.addEventListener('resize', measure)
    return () => {
      window.removeEventListener('scroll', measure, true)
      window.removeEventListener('resize', measure)
    }
  }, [anchor, minWidth])

  return createPortal(
    <div className="pf-popup" style={place ? { ...place, minWidth: place.width } : { visibility: 'hidden' }}>
      {children}
    </div>,
    document.body,
  )
}
