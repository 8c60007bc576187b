import { Component, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { Button } from '@/ui/button'
import { Empty } from '@/ui/empty'

/** The last net: says that it was not the user's fault, that unsaved input is kept, and offers a way on. */
export class ErrorBoundary extends Component<{ children: ReactNode }, { error: unknown }> {
  override state: { error: unknown } = { error: null }

  static getDerivedStateFromError(error: unknown) {
    return { error }
  }

  override render() {
    return this.state.error ? <Failure error={this.state.error} /> : this.props.children
  }
}

/** A page's code that cannot be fetched is nearly always a new build on the server. */
function isStaleBuild(error: unknown): boolean {
  return error instanceof Error && /dynamically imported module|Importing a module script/i.test(error.message)
}

export function Failure({ error }: { error: unknown }) {
  const { t } = useTranslation()
  const stale = isStaleBuild(error)
  return (
    <main>
      <Empty
        heading
        icon={stale ? 'refresh' : 'warning'}
        title={t(stale ? 'failure.stale_title' : 'failure.title')}
        text={t(stale ? 'failure.stale_text' : 'failure.text')}
      >
        <Button kind="primary" onClick={() => window.location.reload()}>{t('failure.reload')}</Button>
        {stale ? null : <Button onClick={() => window.location.assign('/')}>{t('failure.home')}</Button>}
      </Empty>
    </main>
  )
}
