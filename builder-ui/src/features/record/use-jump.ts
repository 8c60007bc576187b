// The way to a place in the form: parts that can hide it open it, the grid goes to its cell, a field takes the focus.
import { useCallback, useRef } from 'react'
import { elementId } from './form-context'

type Answer = (path: string) => boolean

export function useJump(): { jump: (path: string) => void; onJump: (answer: Answer) => () => void } {
  const answers = useRef(new Set<Answer>())

  const onJump = useCallback((answer: Answer) => {
    answers.current.add(answer)
    return () => {
      answers.current.delete(answer)
    }
  }, [])

  const jump = useCallback((path: string) => {
    // All are asked: a tab opens itself and leaves the rest to whoever draws the place.
    const taken = [...answers.current].map((answer) => answer(path)).some(Boolean)
    if (taken) return
    requestAnimationFrame(() => {
      const element = document.getElementById(elementId(path))
      if (!element) return
      element.scrollIntoView({ block: 'center' })
      const target = element.matches('input, textarea, button, [tabindex]') ? element : element.querySelector<HTMLElement>('input, textarea, button, [tabindex]')
      target?.focus({ preventScroll: true })
    })
  }, [])

  return { jump, onJump }
}
