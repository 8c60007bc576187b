/** What jsdom lacks and the kit asks for. */
import '@testing-library/jest-dom/vitest'
import { cleanup, configure } from '@testing-library/react'
import { afterEach, vi } from 'vitest'

// Machines under load are slow, and a whole page as an error message helps nobody.
configure({ asyncUtilTimeout: 8000, getElementError: (message) => new Error(message?.split('\n')[0] ?? 'not found') })

afterEach(() => cleanup())

vi.stubGlobal(
  'matchMedia',
  vi.fn((query: string) => ({
    matches: false, media: query, onchange: null,
    addListener: () => {}, removeListener: () => {},
    addEventListener: () => {}, removeEventListener: () => {}, dispatchEvent: () => false,
  })),
)

class NoIntersectionObserver {
  observe() {}
  disconnect() {}
}
vi.stubGlobal('IntersectionObserver', NoIntersectionObserver)

class NoResizeObserver {
  observe() {}
  unobserve() {}
  disconnect() {}
}
vi.stubGlobal('ResizeObserver', NoResizeObserver)

// Virtual lists measure what jsdom does not lay out.
Object.defineProperties(HTMLElement.prototype, {
  offsetHeight: { configurable: true, get: () => 240 },
  offsetWidth: { configurable: true, get: () => 1200 },
  clientHeight: { configurable: true, get: () => 240 },
  clientWidth: { configurable: true, get: () => 1200 },
})
HTMLElement.prototype.scrollTo = (() => {}) as typeof HTMLElement.prototype.scrollTo
Element.prototype.scrollIntoView = () => {}
// The kit asks for the style of pseudo-elements, which jsdom refuses aloud.
const plainStyle = window.getComputedStyle.bind(window)
window.getComputedStyle = (element) => plainStyle(element)
