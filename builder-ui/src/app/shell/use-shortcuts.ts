/** Keys that hold on every page: Ctrl+K, `?`, `/`, and `g` followed by a letter. */
import { useEffect, useRef } from 'react'
import { paths } from '@/model/paths'
import { isFloating, isTyping } from '@/ui/typing'

/** Where `g` and a letter lead. */
export const places: Readonly<Record<string, string>> = { h: paths.home, t: paths.tasks, s: paths.started, n: paths.notifications }

/** So long after `g` its letter may come. */
const patience = 1500

interface Shortcuts {
  search: () => void
  help: () => void
  go: (to: string) => void
}

export function useShortcuts(shortcuts: Shortcuts): void {
  const latest = useRef(shortcuts)
  useEffect(() => {
    latest.current = shortcuts
  })
  useEffect(() => {
    let began = -patience
    const free = (event: KeyboardEvent): boolean =>
      !(event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || isTyping(event.target) || isFloating(event.target)) &&
      document.querySelector('.ant-modal-wrap:not([style*="none"])') === null
    // Before the page's own keys: the letter after `g` is no command of a list.
    const first = (event: KeyboardEvent) => {
      const key = event.key.toLowerCase()
      if ((event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey && key === 'k') {
        event.preventDefault()
        latest.current.search()
        return
      }
      if (!free(event)) return
      const to = event.timeStamp - began < patience ? places[key] : undefined
      began = key === 'g' ? event.timeStamp : -patience
      if (!to) return
      event.preventDefault()
      latest.current.go(to)
    }
    // After the page's own keys: a list takes `/` for its search box.
    const last = (event: KeyboardEvent) => {
      const act = event.key === '?' ? latest.current.help : event.key === '/' ? latest.current.search : null
      if (!act || !free(event)) return
      event.preventDefault()
      act()
    }
    window.addEventListener('keydown', first, true)
    window.addEventListener('keydown', last)
    return () => {
      window.removeEventListener('keydown', first, true)
      window.removeEventListener('keydown', last)
    }
  }, [])
}
