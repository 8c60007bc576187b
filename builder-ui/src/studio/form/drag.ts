/** What can be dragged on a form, and where it can fall. For every drag there is a menu and a key that does the same. */
import { draggable, dropTargetForElements } from '@atlaskit/pragmatic-drag-and-drop/element/adapter'
import { useCallback, useEffect, useRef, useState } from 'react'
import type { FieldType } from '@/model/app'

export type Dragged =
  | { kind: 'type'; type: FieldType }
  | { kind: 'field'; field: string }
  | { kind: 'column'; lines: string; column: string }
  | { kind: 'part'; part: string }

export type Side = 'before' | 'after'

export const draggableType = (type: FieldType): Dragged => ({ kind: 'type', type })
export const draggableField = (field: string): Dragged => ({ kind: 'field', field })

const wrapped = (dragged: Dragged): Record<string, unknown> => ({ portolan: dragged })
const unwrapped = (data: Record<string, unknown>): Dragged | null => (data.portolan as Dragged | undefined) ?? null

/** Makes an element one that can be dragged, by its handle if it has one. */
export function useDraggable<E extends HTMLElement>(data: () => Dragged) {
  const [element, hold] = useState<E | null>(null)
  const [dragHandle, handle] = useState<HTMLElement | null>(null)
  const latest = useRef(data)
  const [dragging, setDragging] = useState(false)
  useEffect(() => {
    latest.current = data
  })
  useEffect(() => {
    if (!element) return
    return draggable({
      element,
      ...(dragHandle ? { dragHandle } : {}),
      getInitialData: () => wrapped(latest.current()),
      onDragStart: () => setDragging(true),
      onDrop: () => setDragging(false),
    })
  }, [element, dragHandle])
  return { hold, handle, dragging }
}

interface DropOptions {
  accepts: (dragged: Dragged) => boolean
  onDrop: (dragged: Dragged, side: Side) => void
  /** Along which the two sides lie. */
  axis?: 'x' | 'y'
}

/** Makes an element one on which things can fall; `side` says where, while something hovers over it. */
export function useDrop<E extends HTMLElement>(options: DropOptions) {
  const [element, hold] = useState<E | null>(null)
  const latest = useRef(options)
  const [side, setSide] = useState<Side | null>(null)
  useEffect(() => {
    latest.current = options
  })
  useEffect(() => {
    if (!element) return
    const sideOf = ({ clientX, clientY }: { clientX: number; clientY: number }): Side => {
      const box = element.getBoundingClientRect()
      const after = latest.current.axis === 'y' ? clientY > box.top + box.height / 2 : clientX > box.left + box.width / 2
      return after ? 'after' : 'before'
    }
    type Hover = Parameters<NonNullable<Parameters<typeof dropTargetForElements>[0]['onDrag']>>[0]
    const innermost = ({ location }: Hover) => location.current.dropTargets[0]?.element === element
    return dropTargetForElements({
      element,
      canDrop: ({ source }) => {
        const dragged = unwrapped(source.data)
        return dragged !== null && source.element !== element && latest.current.accepts(dragged)
      },
      onDrag: (event) => setSide(innermost(event) ? sideOf(event.location.current.input) : null),
      onDragLeave: () => setSide(null),
      onDrop: (event) => {
        setSide(null)
        const dragged = unwrapped(event.source.data)
        if (dragged && innermost(event)) latest.current.onDrop(dragged, sideOf(event.location.current.input))
      },
    })
  }, [element])
  return { hold, side }
}

/** One ref for what both is dragged and takes drops. */
export function useBoth<E>(one: (element: E | null) => void, other: (element: E | null) => void): (element: E | null) => void {
  return useCallback((element) => {
    one(element)
    other(element)
  }, [one, other])
}
