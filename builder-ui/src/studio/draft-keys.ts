/** Keys of a draft: undo and redo, saving now, and F6 from pane to pane. */
import { useEffect } from 'react'
import { isFloating } from '@/ui/typing'
import type { OpenDraft } from './model/draft-store'

/** What takes back letters by itself: a box that letters are put into, unlike a tick or a choice. */
const undoesItself = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || target instanceof HTMLTextAreaElement || (target instanceof HTMLInputElement && !target.readOnly && !['checkbox', 'radio'].includes(target.type)))

/** Puts the focus into the next pane, or the one before; panes are marked by `data-pane`. */
function walkPanes(by: 1 | -1): void {
  const first = (pane: Element) => [...pane.querySelectorAll<HTMLElement>('a[href], button:not(:disabled), input:not(:disabled), textarea')].find((one) => one.checkVisibility())
  const panes = [...document.querySelectorAll('[data-pane]')].filter((pane) => first(pane))
  const here = panes.findIndex((pane) => pane.contains(document.activeElement))
  const next = panes[(here === -1 && by === -1 ? panes.length - 1 : here + by + panes.length) % panes.length]
  if (next) first(next)?.focus()
}

/** Ctrl+Z takes back the last act; inside a text box it is the box's own. */
export function useDraftKeys(open: OpenDraft): void {
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (event.key === 'F6' && !isFloating(event.target)) {
        event.preventDefault()
        return walkPanes(event.shiftKey ? -1 : 1)
      }
      if (!(event.ctrlKey || event.metaKey) || event.altKey) return
      const key = event.key.toLowerCase()
      if (key === 's') {
        event.preventDefault()
        void open.flush()
      } else if ((key === 'z' || key === 'y') && !undoesItself(event.target)) {
        event.preventDefault()
        if (key === 'y' || event.shiftKey) open.redo()
        else open.undo()
      }
    }
    document.addEventListener('keydown', listen)
    return () => document.removeEventListener('keydown', listen)
  }, [open])
}
