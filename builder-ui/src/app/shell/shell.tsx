/** The frame around every page: navigation, top bar, banners; on a phone a bar at the thumb. */
import { lazy, Suspense, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Outlet, ScrollRestoration, useNavigate, useNavigation } from 'react-router'
import { useAppModel } from '@/api/app-context'
import { phone, useMedia } from '@/ui/use-media'
import { useServerEvents } from '../events'
import { Banners } from './banners'
import { Navigation } from './navigation'
import { TopBar } from './top-bar'
import { useShortcuts } from './use-shortcuts'
import style from './shell.module.css'

const BottomBar = lazy(async () => ({ default: (await import('./bottom-bar')).BottomBar }))
const CommandPalette = lazy(() => import('./command-palette'))
const ShortcutsSheet = lazy(() => import('./shortcuts-sheet'))

const remembered = 'portolan.nav'

export function Shell() {
  const { t } = useTranslation()
  const model = useAppModel()
  const small = useMedia(phone)
  const [narrow, setNarrow] = useState(() => localStorage.getItem(remembered) === 'narrow')
  const [searching, setSearching] = useState(false)
  const [helping, setHelping] = useState(false)
  const navigate = useNavigate()
  const moving = useNavigation().state !== 'idle'
  useServerEvents(model.version)
  useShortcuts({ search: () => setSearching(true), help: () => setHelping(true), go: (to) => void navigate(to) })

  const toggle = () => {
    localStorage.setItem(remembered, narrow ? 'wide' : 'narrow')
    setNarrow(!narrow)
  }

  return (
    <div className={style.shell} data-narrow={narrow || undefined}>
      <a href="#main" className={style.skip}>{t('shell.skip')}</a>
      {small ? null : <Navigation narrow={narrow} />}
      <div className={style.column}>
        <Banners />
        <TopBar small={small} narrow={narrow} onToggle={toggle} onSearch={() => setSearching(true)} onHelp={() => setHelping(true)} />
        {moving ? <div className={style.moving} role="progressbar" aria-label={t('loading')} /> : null}
        <main id="main" tabIndex={-1} className={style.main}>
          <Suspense fallback={null}><Outlet /></Suspense>
        </main>
      </div>
      {small ? <Suspense fallback={null}><BottomBar /></Suspense> : null}
      {searching ? <Suspense fallback={null}><CommandPalette onClose={() => setSearching(false)} /></Suspense> : null}
      {helping ? <Suspense fallback={null}><ShortcutsSheet onClose={() => setHelping(false)} /></Suspense> : null}
      <ScrollRestoration />
    </div>
  )
}
