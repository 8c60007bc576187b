// What the header shows of a lifecycle: the usual way, and what can be done from here.
import type { Lifecycle, Transition } from '@/model/app'

export interface LifecycleStep {
  state: string
  label: string
  position: 'behind' | 'here' | 'ahead'
}

/**
 * The way of most records: the states in the order of the definition, up to the first that is final. A record that
 * ended elsewhere shows where it ended.
 */
export function lifecycleSteps(lifecycle: Lifecycle, current: string): LifecycleStep[] {
  const names = Object.keys(lifecycle.states)
  const end = names.find((name) => lifecycle.states[name]?.final)
  const usual = names.filter((name) => name === end || !lifecycle.states[name]?.final)
  const way = usual.includes(current) ? usual : [...usual.filter((name) => name !== end), current]
  const here = way.indexOf(current)
  return way
    .filter((name) => lifecycle.states[name] !== undefined)
    .map((state, index) => ({
      state,
      label: lifecycle.states[state]?.label ?? state,
      position: index < here ? 'behind' : index === here ? 'here' : 'ahead',
    }))
}

export interface Offered extends Transition {
  name: string
}

/** The transitions that are possible now: the first leads on and is the primary act. */
export function offered(lifecycle: Lifecycle | undefined, possible: readonly string[]): Offered[] {
  if (!lifecycle) return []
  return Object.entries(lifecycle.transitions)
    .filter(([name]) => possible.includes(name))
    .map(([name, transition]) => ({ ...transition, name }))
}
