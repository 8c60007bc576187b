/** Walking a list by keys: arrows or j and k, Home and End; x or Shift with an arrow chooses, Escape chooses nothing any more. */
import { useEffect, type RefObject } from 'react'
import { isFloating, isTyping } from '@/ui/typing'

interface Choosing {
  count: number
  toggle: (index: number, range: boolean) => void
  chooseLoaded: () => void
  clear: () => void
}

export function useRowKeys(scroller: RefObject<HTMLElement | null>, count: number, scrollTo: (index: number) => void, choosing: Choosing): void {
  useEffect(() => {
    const focusRow = (index: number) => {
      scrollTo(index)
      // The row may have to be drawn first.
      requestAnimationFrame(() => requestAnimationFrame(() =>
        scroller.current?.querySelector<HTMLElement>(`[data-row="${index}"] [data-row-link]`)?.focus({ preventScroll: true })))
    }
    const listen = (event: KeyboardEvent) => {
      if (event.altKey || isFloating(event.target)) return
      // The box of a row is no place where one types.
      if (isTyping(event.target) && !(event.target instanceof HTMLInputElement && event.target.type === 'checkbox')) return
      const all = (event.ctrlKey || event.metaKey) && event.key === 'a'
      if ((event.ctrlKey || event.metaKey) && !all) return
      const inside = scroller.current?.contains(document.activeElement) ?? false
      const row = document.activeElement?.closest<HTMLElement>('[data-row]')
      const at = inside && row ? Number(row.dataset.row) : -1
      if (all) {
        if (!inside) return
        event.preventDefault()
        choosing.chooseLoaded()
        return
      }
      if (event.key === 'x' && at >= 0) {
        event.preventDefault()
        choosing.toggle(at, false)
        return
      }
      if (event.key === 'Escape' && choosing.count > 0) {
        choosing.clear()
        return
      }
      const free = inside || document.activeElement === document.body || document.activeElement?.tagName === 'H1'
      const key = event.shiftKey ? event.key.toLowerCase() : event.key
      const next = key === 'j' || (event.key === 'ArrowDown' && free) ? at + 1
        : key === 'k' || (event.key === 'ArrowUp' && free) ? at - 1
          : event.key === 'Home' && inside ? 0
            : event.key === 'End' && inside ? count - 1 : null
      if (next === null || next < 0 || next >= count) return
      event.preventDefault()
      if (event.shiftKey && at >= 0) {
        // Both ends of the step, so that a walk with Shift chooses what it passes.
        if (choosing.count === 0) choosing.toggle(at, false)
        choosing.toggle(next, true)
      }
      focusRow(next)
    }
    window.addEventListener('keydown', listen)
    return () => window.removeEventListener('keydown', listen)
  }, [scroller, count, scrollTo, choosing])
}

/** `/` goes to the search box, `n` begins a new record. */
export function useListKeys(focus: () => void, create: (() => void) | null): void {
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || isTyping(event.target) || isFloating(event.target)) return
      const act = event.key === '/' ? focus : event.key === 'n' ? create : null
      if (!act) return
      event.preventDefault()
      act()
    }
    // Before the keys of the whole app, which have a `/` of their own.
    document.addEventListener('keydown', listen)
    return () => document.removeEventListener('keydown', listen)
  }, [focus, create])
}
