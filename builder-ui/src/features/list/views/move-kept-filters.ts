/** Filters were kept in the browser once; they become views of their owner, each under an id of its own so that none comes twice. */
import { keepView, type KeptViews } from '@/api/views'
import type { Condition } from '@/model/filter'
import { newId } from '@/model/new-id'

interface Old {
  id?: string
  name: string
  query: string
}

const isOld = (value: unknown): value is Old[] =>
  Array.isArray(value) && value.every((one: Partial<Old> | null) => typeof one?.name === 'string' && typeof one.query === 'string')

const decode = (text: string) => text.replace(/%(25|7E|3B)/g, (sign) => decodeURIComponent(sign))

/** The conditions of an address, whatever their fields are: the view says itself what of them is still there. */
export function conditionsOf(text: string): { match: 'all' | 'any'; conditions: Condition[] } | undefined {
  const parts = text.split(';').filter(Boolean)
  const match = parts[0] === 'any' ? 'any' : 'all'
  if (match === 'any') parts.shift()
  const conditions = parts.flatMap((part): Condition[] => {
    const [path = '', raw = '', ...values] = part.split('~').map(decode)
    const operator = (raw.endsWith('_days') ? raw : raw.replaceAll('_', ' ')) as Condition['operator']
    if (!path || !operator) return []
    const list = operator === 'in' || operator === 'not in' || operator === 'between'
    const one = values[0] ?? ''
    const value = operator.startsWith('is ') ? null : list ? values : one === 'true' ? true : one === 'false' ? false : operator.endsWith('_days') ? Number(one) : one
    return [{ path, operator, value }]
  })
  return conditions.length > 0 ? { match, conditions } : undefined
}

/** Takes them over; the answer of the last, or nothing where there was nothing to do. What is refused stays where it was. */
export async function moveKeptFilters(user: string): Promise<KeptViews | null> {
  const start = `portolan.of.${user}.filters.`
  let last: KeptViews | null = null
  let names: string[]
  try {
    names = Object.keys(localStorage).filter((key) => key.startsWith(start))
  } catch {
    return null
  }
  for (const name of names) {
    const left: Old[] = []
    const old = read(name)
    // The ids are noted before anything is sent: sent again, nothing is kept twice.
    const numbered = old.map((one) => ({ ...one, id: one.id ?? newId() }))
    localStorage.setItem(name, JSON.stringify(numbered))
    for (const one of numbered) {
      const parameters = new URLSearchParams(one.query)
      const filter = conditionsOf(parameters.get('filter') ?? '')
      const sort = (parameters.get('sort') ?? '').split(',').filter(Boolean)
      const q = parameters.get('q')
      const settings = { view: name.slice(start.length), ...(filter ? { filter } : {}), ...(sort.length > 0 ? { sort } : {}), ...(q ? { q } : {}) }
      try {
        last = await keepView({ id: one.id, label: one.name.slice(0, 80), shared: null, settings })
      } catch {
        left.push(one)
      }
    }
    if (left.length > 0) localStorage.setItem(name, JSON.stringify(left))
    else localStorage.removeItem(name)
  }
  return last
}

function read(name: string): Old[] {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(name) ?? '[]')
    return isOld(value) ? value : []
  } catch {
    return []
  }
}
