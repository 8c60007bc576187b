/** Renders a page as it stands in the app: language, kit, cache, session, model, address. */
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { render } from '@testing-library/react'
import i18next from 'i18next'
import type { ReactNode } from 'react'
import { createMemoryRouter, RouterProvider, type RouteObject } from 'react-router'
import { AppContext } from '@/api/app-context'
import { applyLanguage, startI18n, withTexts } from '@/locales/i18n'
import type { AppModel } from '@/model/app'
import type { Session } from '@/model/session'
import { Theme } from '@/ui/theme'
import { appModel } from '../../mock/model'

export const session: Session = {
  user: { id: 'u5', name: 'Wu Kai', email: 'wu.kai@northwind.example', language: 'en', roles: ['it_admin'], admin: true },
  csrf: 'mock', demo: true, company: 'Northwind Harbour Trading', language: 'en', version: 7,
}

export async function speakEnglish(): Promise<void> {
  if (i18next.isInitialized) await applyLanguage('en')
  else await startI18n()
  await withTexts(Promise.resolve())
}

interface Options {
  routes?: RouteObject[]
  at?: string
  change?: (model: AppModel) => void
}

export async function renderPage(page: ReactNode, { routes, at = '/', change }: Options = {}) {
  await speakEnglish()
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } })
  const model = appModel('en')
  change?.(model)
  const router = createMemoryRouter(routes ?? [{ path: '*', element: page }], { initialEntries: [at] })
  render(
    <QueryClientProvider client={client}>
      <Theme words={undefined}>
        <AppContext value={{ session, model }}>
          <RouterProvider router={router} />
        </AppContext>
      </Theme>
    </QueryClientProvider>,
  )
  return { router, client }
}
