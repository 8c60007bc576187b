/** Stands before everything: first run, sign-in, a new password, or the app with its session and model. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { lazy, Suspense } from 'react'
import { ApiError, setCsrf } from '@/api/client'
import { keys } from '@/api/keys'
import { readSession } from '@/api/session'
import { withTexts } from '@/locales/i18n'
import type { Session } from '@/model/session'
import { Splash } from './splash'
import { Unreachable } from './unreachable'

const SignedIn = lazy(() => import('./signed-in'))
const SignInPage = lazy(() => import('@/features/sign-in/sign-in-page'))
const NewPasswordPage = lazy(() => import('@/features/sign-in/new-password-page'))
const FirstRunPage = lazy(() => withTexts(import('@/features/first-run/first-run-page')))

export function Gate() {
  const client = useQueryClient()
  const session = useQuery({ queryKey: keys.session, queryFn: readSession, staleTime: Infinity, refetchOnWindowFocus: false })
  const enter = (fresh: Session) => {
    setCsrf(fresh.csrf)
    client.setQueryData(keys.session, fresh)
  }

  if (session.data?.must_change_password) {
    return (
      <Suspense fallback={<Splash />}>
        <NewPasswordPage session={session.data} onDone={enter} onLeave={() => window.location.reload()} />
      </Suspense>
    )
  }
  if (session.data) return <Suspense fallback={<Splash />}><SignedIn session={session.data} /></Suspense>
  if (session.isPending) return <Splash />
  const error = session.error
  const code = error instanceof ApiError ? error.code : ''
  return (
    <Suspense fallback={<Splash />}>
      {code === 'first_run' ? <FirstRunPage onDone={enter} />
        : error instanceof ApiError && error.status === 401 ? <SignInPage onDone={enter} />
          : <Unreachable error={error} retry={() => void session.refetch()} />}
    </Suspense>
  )
}
