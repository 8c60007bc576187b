import { type RefObject, useEffect, useRef } from 'react'

/** Dialogs of the kit put the focus on their first element when they have opened. */
const AFTER_OPENING = 80

/** Puts the focus where the next act is, once a dialog is open and ready. */
export function useFocusWhen<T extends HTMLElement>(ready: boolean): RefObject<T | null> {
  const target = useRef<T>(null)
  useEffect(() => {
    if (!ready) return
    const timer = setTimeout(() => {
      const typing = document.activeElement instanceof HTMLTextAreaElement || document.activeElement instanceof HTMLInputElement
      if (!typing) target.current?.focus()
    }, AFTER_OPENING)
    return () => clearTimeout(timer)
  }, [ready])
  return target
}
