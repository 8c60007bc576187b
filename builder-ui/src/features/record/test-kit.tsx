// For tests: a record page with a server in memory behind `fetch`.
import '@testing-library/jest-dom/vitest'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { configure, render } from '@testing-library/react'
import i18next from 'i18next'
import { initReactI18next } from 'react-i18next'
import { createMemoryRouter, RouterProvider } from 'react-router'
import { vi } from 'vitest'
import { AppContext } from '@/api/app-context'
import common from '@/locales/en/common.json'
import fields from '@/locales/en/fields.json'
import texts from '@/locales/en/record.json'
import type { AppModel, EntityModel } from '@/model/app'
import type { PortolanRecord } from '@/model/record'
import type { Session } from '@/model/session'
import { Theme } from '@/ui/theme'
import RecordPage from './record-page'
import { requestEntity } from './model/fixture'

// Parts of the page are loaded when they are needed; on a busy machine that takes its time.
configure({ asyncUtilTimeout: 20_000 })
vi.setConfig({ testTimeout: 60_000 })

// What jsdom lacks: it draws nothing, so nothing has a size and there is nothing to scroll.
Element.prototype.scrollIntoView = () => {}
Object.defineProperty(HTMLElement.prototype, 'clientHeight', { configurable: true, get: () => 600 })
Object.defineProperty(HTMLElement.prototype, 'clientWidth', { configurable: true, get: () => 900 })

export interface Call {
  method: string
  path: string
  query: URLSearchParams
  body: Record<string, unknown>
}

export type Answer = { status?: number; body: unknown } | undefined
export type Server = (call: Call) => Answer

export const calls: Call[] = []

export function serve(server: Server): void {
  calls.length = 0
  vi.stubGlobal('fetch', async (input: string, init: RequestInit = {}) => {
    const address = new URL(input, 'http://test')
    const call: Call = {
      method: init.method ?? 'GET',
      path: address.pathname,
      query: address.searchParams,
      body: typeof init.body === 'string' ? (JSON.parse(init.body) as Record<string, unknown>) : {},
    }
    calls.push(call)
    const answer = server(call) ?? usual(call) ?? { status: 404, body: { error: { code: 'not_found', message: 'nothing', details: [] } } }
    await Promise.resolve()
    if (init.signal?.aborted) throw new DOMException('stopped', 'AbortError')
    return new Response(JSON.stringify(answer.body), { status: answer.status ?? 200, headers: { 'Content-Type': 'application/json' } })
  })
}

/** What every record page asks for. */
function usual(call: Call): Answer {
  if (call.path.endsWith('/timeline')) return { body: { items: [], next: null } }
  if (call.path.endsWith('/draft')) return { body: { record: call.body, titles: {}, problems: [] } }
  if (call.path.endsWith('/lookup')) return { body: { rows: [] } }
  if (call.path === '/api/tasks') return { body: { rows: [], next: null } }
  return undefined
}

export const base: PortolanRecord = {
  id: 'r1', version: 3, state: 'draft', number: 'RQ-1', title: 'RQ-1 Acme', created_at: '2026-11-20T08:00:00.000Z', created_by: 'u1',
  updated_at: '2026-11-20T08:00:00.000Z', updated_by: 'u1', deleted_at: null,
  partner: 'p1', day: '2026-11-21', currency: 'USD', rate: '7.1', notes: 'first', discount: '0.05', total: '30.00',
  lines: [
    { id: 'a', item: 'i1', quantity: '1', price: '10', amount: '10.00' },
    { id: 'b', item: 'i2', quantity: '2', price: '10', amount: '20.00' },
  ],
}

export const titles = { p1: 'Acme', p2: 'Bolt', i1: 'Lamp', i2: 'Pan', u1: 'Li Wei', u2: 'Chen Hao' }

export function answerOf(record: PortolanRecord, more: object = {}) {
  return { record, titles, can: { update: true, delete: true, transitions: ['submit'], fields: 'all' }, ...more }
}

const session: Session = {
  user: { id: 'u1', name: 'Li Wei', email: 'li@example.com', language: 'en', roles: [], admin: false },
  csrf: 'x', demo: false, company: 'Test', language: 'en', version: 1,
}

let ready = false

export async function openPage(path: string, options: { entity?: EntityModel } = {}) {
  if (!ready) {
    await i18next.use(initReactI18next).init({
      lng: 'en', fallbackLng: false, defaultNS: 'common', ns: ['common', 'fields', 'record'],
      resources: { en: { common, fields, record: texts } }, interpolation: { escapeValue: false }, react: { useSuspense: false },
    })
    ready = true
  }
  const entity = options.entity ?? requestEntity()
  const model = { version: 1, language: 'en', languages: [], company: 'Test', entities: { request: entity }, views: {}, menu: [], settings: {} } as unknown as AppModel
  const client = new QueryClient({ defaultOptions: { queries: { retry: false, staleTime: Infinity } } })
  const router = createMemoryRouter(
    [
      { path: '/e/:entity/new', Component: RecordPage },
      { path: '/e/:entity/:id', Component: RecordPage },
      { path: '*', element: <p>elsewhere</p> },
    ],
    { initialEntries: [path] },
  )
  const view = render(
    <QueryClientProvider client={client}>
      <Theme>
        <AppContext value={{ session, model }}>
          <RouterProvider router={router} />
        </AppContext>
      </Theme>
    </QueryClientProvider>,
  )
  return { ...view, client, router }
}
