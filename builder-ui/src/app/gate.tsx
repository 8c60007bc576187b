/** Stands before everything: first run, sign-in, or the app with its session and model. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { lazy, Suspense, useEffect, useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { RouterProvider } from 'react-router'
import { readApp } from '@/api/app'
import { AppContext } from '@/api/app-context'
import { ApiError, onSignal, setCsrf } from '@/api/client'
import { keys } from '@/api/keys'
import { readSession } from '@/api/session'
import { applyLanguage, codeOf, errorText } from '@/locales/i18n'
import type { Session } from '@/model/session'
import { Button } from '@/ui/button'
import { Empty } from '@/ui/empty'
import { SessionEnded } from './session-ended'
import { Splash } from './splash'
import { makeRouter } from './router'

const SignInPage = lazy(() => import('@/features/sign-in/sign-in-page'))
const FirstRunPage = lazy(() => import('@/features/first-run/first-run-page'))

export function Gate() {
  const client = useQueryClient()
  const session = useQuery({ queryKey: keys.session, queryFn: readSession, staleTime: Infinity, refetchOnWindowFocus: false })
  const enter = (fresh: Session) => {
    setCsrf(fresh.csrf)
    client.setQueryData(keys.session, fresh)
  }

  if (session.data) return <SignedIn session={session.data} />
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

function SignedIn({ session }: { session: Session }) {
  setCsrf(session.csrf)
  const { i18n } = useTranslation()
  const [ended, setEnded] = useState(false)
  const [ready, setReady] = useState(codeOf(i18n.language) === session.language)
  const router = useMemo(() => makeRouter(), [])

  useEffect(() => {
    void applyLanguage(session.language).then(() => setReady(true))
  }, [session.language])
  useEffect(() => onSignal((signal) => {
    if (signal === 'unauthenticated') setEnded(true)
  }), [])

  const model = useQuery({
    queryKey: keys.app(session.language),
    queryFn: () => readApp(session.language),
    staleTime: Infinity,
    refetchOnWindowFocus: false,
    placeholderData: (before) => before,
  })
  const value = useMemo(() => (model.data ? { session, model: model.data } : null), [session, model.data])

  if (!value || !ready) {
    return model.error && !ended ? <Unreachable error={model.error} retry={() => void model.refetch()} /> : (
      <>
        <Splash />
        {ended ? <SessionEnded session={session} onBack={() => setEnded(false)} /> : null}
      </>
    )
  }
  return (
    <AppContext value={value}>
      <RouterProvider router={router} />
      {ended ? <SessionEnded session={session} onBack={() => setEnded(false)} /> : null}
    </AppContext>
  )
}

function Unreachable({ error, retry }: { error: unknown; retry: () => void }) {
  const { t } = useTranslation()
  return (
    <main>
      <Empty heading icon="offline" title={t('connection.no_start')} text={errorText(error, t)}>
        <Button kind="primary" icon="refresh" onClick={retry}>{t('action.retry')}</Button>
      </Empty>
    </main>
  )
}
