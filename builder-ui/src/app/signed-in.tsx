/** The app of one person: session, model and language at hand before anything is drawn. */
import { useQuery } from '@tanstack/react-query'
import { useEffect, useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { RouterProvider } from 'react-router'
import { readApp } from '@/api/app'
import { AppContext } from '@/api/app-context'
import { onSignal, setCsrf } from '@/api/client'
import { keys } from '@/api/keys'
import { applyLanguage, codeOf } from '@/locales/i18n'
import type { Session } from '@/model/session'
import { setZone } from '@/model/zone'
import { makeRouter } from './router'
import { SessionEnded } from './session-ended'
import { Splash } from './splash'
import { Unreachable } from './unreachable'

export default function SignedIn({ session }: { session: Session }) {
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
    queryFn: () => readApp(session.language).then((read) => {
      setZone(read.zone)
      return read
    }),
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
