import { fileURLToPath } from 'node:url'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vitest/config'
import { mockServer } from './mock/plugin.ts'

export default defineConfig(({ mode }) => ({
  plugins: [react(), ...(mode === 'mock' ? [mockServer()] : [])],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  server: {
    host: '127.0.0.1',
    // The server compares the origin of a request with its host, so the host must stay what the browser sees.
    proxy: mode === 'mock' ? undefined : Object.fromEntries(['/api', '/schemas', '/health'].map((path) => [path, { target: 'http://127.0.0.1:8080', changeOrigin: false }])),
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
