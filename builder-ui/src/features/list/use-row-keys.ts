/** Walking a list by keys: arrows or j and k, Home and End. */
import { useEffect, type RefObject } from 'react'
import { isFloating, isTyping } from '@/ui/typing'

export function useRowKeys(scroller: RefObject<HTMLElement | null>, count: number, scrollTo: (index: number) => void): void {
  useEffect(() => {
    const focusRow = (index: number) => {
      scrollTo(index)
      // The row may have to be drawn first.
      requestAnimationFrame(() => requestAnimationFrame(() =>
        scroller.current?.querySelector<HTMLElement>(`[data-row="${index}"] [data-row-link]`)?.focus({ preventScroll: true })))
    }
    const listen = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target) || isFloating(event.target)) return
      const inside = scroller.current?.contains(document.activeElement) ?? false
      const row = document.activeElement?.closest<HTMLElement>('[data-row]')
      const at = inside && row ? Number(row.dataset.row) : -1
      const free = inside || document.activeElement === document.body || document.activeElement?.tagName === 'H1'
      const next = event.key === 'j' || (event.key === 'ArrowDown' && free) ? at + 1
        : event.key === 'k' || (event.key === 'ArrowUp' && free) ? at - 1
          : event.key === 'Home' && inside ? 0
            : event.key === 'End' && inside ? count - 1 : null
      if (next === null || next < 0 || next >= count) return
      event.preventDefault()
      focusRow(next)
    }
    window.addEventListener('keydown', listen)
    return () => window.removeEventListener('keydown', listen)
  }, [scroller, count, scrollTo])
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
