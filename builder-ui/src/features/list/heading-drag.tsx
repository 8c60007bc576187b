import type { RefObject } from 'react'
import { useDraggable, useDropTarget } from './board/use-drag'

interface HeadingDragProps {
  heading: RefObject<HTMLDivElement | null>
  path: string
  onMove: (path: string, before: string) => void
}

/** Lets a heading be dragged before another; loaded when the pointer comes near. */
export default function HeadingDrag({ heading, path, onMove }: HeadingDragProps) {
  useDraggable<HTMLDivElement>({ column: path }, true, heading)
  const { over } = useDropTarget<HTMLDivElement>({
    canDrop: (what) => typeof what.column === 'string' && what.column !== path,
    onDrop: (what) => onMove(String(what.column), path),
  }, heading)
  return over ? <span aria-hidden data-drop-mark /> : null
}
