/** The mock's routes behind `fetch`, for tests: the same answers one develops against. */
import { vi } from 'vitest'
import { handlers } from '../../mock/handlers'

export interface Call {
  method: string
  path: string
  query: URLSearchParams
  body: unknown
}

export interface FakeServer {
  calls: Call[]
  /** The next call that fits is answered so instead. */
  once: (method: string, path: RegExp, status: number, body: unknown) => void
  signIn: () => Promise<void>
  last: (method: string, path: RegExp) => Call | undefined
}

export function fakeServer(): FakeServer {
  const calls: Call[] = []
  const special: { method: string; path: RegExp; status: number; body: unknown }[] = []
  const answer = async (input: string, init: RequestInit = {}): Promise<Response> => {
    const url = new URL(input, 'http://localhost')
    const method = init.method ?? 'GET'
    const body: unknown = typeof init.body === 'string' ? JSON.parse(init.body) : init.body instanceof FormData ? { multipart: `filename="${(init.body.get('file') as File).name}"` } : {}
    calls.push({ method, path: url.pathname, query: url.searchParams, body })
    const at = special.findIndex((one) => one.method === method && one.path.test(url.pathname))
    if (at >= 0) {
      const [one] = special.splice(at, 1)
      return respond(one?.status ?? 500, one?.body)
    }
    for (const [verb, pattern, handle] of handlers) {
      const match = verb === method ? pattern.exec(url.pathname) : null
      if (match) {
        const found = handle({ url, body: body as Record<string, unknown>, parameters: match.slice(1), language: 'en', broadcast: () => {} })
        return respond(found.status, found.body)
      }
    }
    return respond(404, { error: { code: 'not_found', message: 'No such thing', details: [] } })
  }
  vi.stubGlobal('fetch', vi.fn(answer))
  return {
    calls,
    once: (method, path, status, body) => void special.push({ method, path, status, body }),
    signIn: async () => void (await answer('/api/session', { method: 'POST', body: JSON.stringify({ email: 'wu.kai@northwind.example', password: 'demo' }) })),
    last: (method, path) => calls.findLast((call) => call.method === method && path.test(call.path)),
  }
}

function respond(status: number, body: unknown): Response {
  return new Response(status === 204 ? null : JSON.stringify(structuredClone(body)), { status, headers: { 'content-type': 'application/json' } })
}
