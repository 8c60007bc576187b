/** Which address shows what. Every page is a chunk of its own; what the first pages do without comes with the others. */
import { createBrowserRouter } from 'react-router'
import { withTexts } from '@/locales/i18n'
import { NotFound } from './not-found'
import { RouteFailure } from './route-failure'
import { Shell } from './shell/shell'

type PageModule = { default: React.ComponentType }
const first = (load: () => Promise<PageModule>) => async () => ({ Component: (await load()).default })
const page = (load: () => Promise<PageModule>) => first(() => withTexts(load()))

const record = () => import('@/features/record/record-page')
const list = () => import('@/features/list/list-page')

export function makeRouter() {
  return createBrowserRouter([
    // In a frame of the studio, without the shell around it.
    { path: 'studio/:draft/preview', ErrorBoundary: RouteFailure, HydrateFallback: () => null, lazy: page(() => import('@/studio/preview/preview-page')) },
    {
      Component: Shell,
      ErrorBoundary: RouteFailure,
      HydrateFallback: () => null,
      children: [
        {
          ErrorBoundary: RouteFailure,
          children: [
            { index: true, lazy: first(() => import('@/features/home/home-page')) },
            { path: 'tasks', lazy: page(() => import('@/features/tasks/tasks-page')) },
            { path: 'started', lazy: first(() => import('@/features/home/started-page')) },
            { path: 'copies', lazy: first(() => import('@/features/home/copies-page')) },
            { path: 'absence', lazy: page(() => import('@/features/absence/absence-page')) },
            { path: 'notifications', lazy: page(() => import('@/features/notifications/notifications-page')) },
            { path: 'e/:entity', lazy: first(list) },
            { path: 'v/:view', lazy: first(list) },
            { path: 'e/:entity/new', lazy: page(record) },
            { path: 'e/:entity/:id', lazy: page(record) },
            { path: 'imports', lazy: page(() => import('@/features/import/imports-page')) },
            { path: 'imports/:id', lazy: page(() => import('@/features/import/import-page')) },
            { path: 'organisation/departments', lazy: page(() => import('@/features/people/departments-page')) },
            { path: 'organisation/roles', lazy: page(() => import('@/features/people/roles-page')) },
            { path: 'organisation/audit', lazy: page(() => import('@/features/administration/audit-page')) },
            { path: 'trash', lazy: page(() => import('@/features/administration/trash-page')) },
            { path: 'organisation/settings', lazy: page(() => import('@/features/settings/settings-page')) },
            { path: 'organisation/versions', lazy: page(() => import('@/features/publish/publish-page')) },
            { path: 'studio', lazy: page(() => import('@/studio/studio-home')) },
            { path: 'studio/new', lazy: page(() => import('@/studio/new/new-app-page')) },
            { path: 'studio/go', lazy: page(() => import('@/studio/go-page')) },
            { path: 'studio/:draft', lazy: page(() => import('@/studio/draft-page')) },
            { path: 'notifications/preferences', lazy: page(() => import('@/features/mail/preferences-page')) },
            { path: 'organisation/mail', lazy: page(() => import('@/features/mail/mail-page')) },
            { path: 'organisation/incidents', lazy: page(() => import('@/features/incidents/incidents-page')) },
            { path: 'workflows', lazy: page(() => import('@/features/workflow/search-page')) },
            { path: 'workflows/:id', lazy: page(() => import('@/features/workflow/instance-page')) },
            { path: 'organisation/analytics', lazy: page(() => import('@/features/workflow/analytics-page')) },
            { path: '*', Component: NotFound },
          ],
        },
      ],
    },
  ])
}
