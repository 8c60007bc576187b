import { fileURLToPath } from 'node:url'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vitest/config'
import { mockServer } from './mock/plugin.ts'

// Where the engine serves while the app is developed.
// The host stays the browser's: the engine refuses changes that come from another origin.
const engine = { target: process.env.PORTOLAN_URL ?? 'http://127.0.0.1:8080', changeOrigin: false }

export default defineConfig(({ mode }) => ({
  plugins: [react(), ...(mode === 'mock' ? [mockServer()] : [])],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  server: {
    host: '127.0.0.1',
    proxy: mode === 'mock' ? undefined : { '/api': engine, '/schemas': engine, '/health': engine },
  },
  build: {
    outDir: 'dist',
    target: 'es2022',
    // The app is served from the binary; small assets stay files so that the content policy needs no data: fonts.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 700,
  },
  test: {
    environment: 'jsdom',
    setupFiles: ['./src/test/setup.ts'],
    include: ['src/**/*.test.{ts,tsx}'],
    css: false,
    testTimeout: 30_000,
  },
}))
