import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { ApiError, ConnectionError } from '@/api/client'
import { useKitWords } from '@/locales/i18n'
import { Theme } from '@/ui/theme'
import { ErrorBoundary } from './error-boundary'
import { Gate } from './gate'

export function makeQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 15_000,
        // A refusal stays a refusal; only the network is worth a second try.
        retry: (count, error) => error instanceof ConnectionError && count < 2,
        retryDelay: (count) => 800 * 2 ** count,
        throwOnError: false,
        refetchOnWindowFocus: (query) => !(query.state.error instanceof ApiError),
      },
    },
  })
}

const client = makeQueryClient()

export function Root() {
  return (
    <QueryClientProvider client={client}>
      <Theme words={useKitWords()}>
        <ErrorBoundary>
          <Gate />
        </ErrorBoundary>
      </Theme>
    </QueryClientProvider>
  )
}
