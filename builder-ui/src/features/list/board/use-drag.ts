/** Dragging cards, by the platform's own drag and drop. The library comes when a board is first shown. */
import { useEffect, useRef, useState, type RefObject } from 'react'

type Kit = typeof import('@atlaskit/pragmatic-drag-and-drop/element/adapter')
let kit: Promise<Kit> | null = null
const load = () => (kit ??= import('@atlaskit/pragmatic-drag-and-drop/element/adapter'))

/** Lets an element be dragged; `what` tells whoever it is dropped on. */
export function useDraggable<E extends HTMLElement>(what: Record<string, unknown>, enabled = true, place?: RefObject<E | null>): { ref: RefObject<E | null>; dragged: boolean } {
  const own = useRef<E>(null)
  const ref = place ?? own
  const [dragged, setDragged] = useState(false)
  const latest = useRef(what)
  useEffect(() => {
    latest.current = what
  })
  useEffect(() => {
    if (!enabled) return undefined
    let stop: (() => void) | null = null
    let gone = false
    void load().then(({ draggable }) => {
      const element = ref.current
      if (gone || !element) return
      stop = draggable({ element, getInitialData: () => latest.current, onDragStart: () => setDragged(true), onDrop: () => setDragged(false) })
    })
    return () => {
      gone = true
      stop?.()
    }
  }, [enabled, ref])
  return { ref, dragged }
}

interface Target {
  canDrop: (what: Record<string, unknown>) => boolean
  onDrop: (what: Record<string, unknown>) => void
}

/** Lets something be dropped on an element; `over` while it is above. */
export function useDropTarget<E extends HTMLElement>(target: Target, element?: RefObject<E | null>): { ref: RefObject<E | null>; over: boolean } {
  const own = useRef<E>(null)
  const ref = element ?? own
  const [over, setOver] = useState(false)
  const latest = useRef(target)
  useEffect(() => {
    latest.current = target
  })
  useEffect(() => {
    let stop: (() => void) | null = null
    let gone = false
    void load().then(({ dropTargetForElements }) => {
      const place = ref.current
      if (gone || !place) return
      stop = dropTargetForElements({
        element: place,
        canDrop: ({ source }) => latest.current.canDrop(source.data),
        onDragEnter: () => setOver(true),
        onDragLeave: () => setOver(false),
        onDrop: ({ source }) => {
          setOver(false)
          latest.current.onDrop(source.data)
        },
      })
    })
    return () => {
      gone = true
      stop?.()
    }
  }, [ref])
  return { ref, over }
}
