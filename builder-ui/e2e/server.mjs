// The real program on an empty SQLite file of its own, with the demo, on a free port.
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..')

/** The program itself. */
export const binary = process.env.PORTOLAN ?? join(root, 'target/debug/portolan')

export async function startServer() {
  if (!existsSync(binary)) throw new Error(`${binary} is not there: build it first`)
  const folder = mkdtempSync(join(tmpdir(), 'portolan-e2e-'))
  const port = await freePort()
  const child = spawn(binary, ['serve', '--demo', '--database', `sqlite:${join(folder, 'e2e.db')}`, '--listen', `127.0.0.1:${port}`], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] })
  let log = ''
  child.stdout.on('data', (text) => { log += text })
  child.stderr.on('data', (text) => { log += text })
  let ended = false
  child.on('exit', () => { ended = true })
  const url = `http://127.0.0.1:${port}`
  const stop = async () => {
    if (!ended) {
      child.kill('SIGTERM')
      for (let i = 0; i < 50 && !ended; i++) await pause(100)
      if (!ended) child.kill('SIGKILL')
    }
    rmSync(folder, { recursive: true, force: true })
  }
  for (let i = 0; i < 600; i++) {
    if (ended) break
    const answer = await fetch(`${url}/health`).catch(() => null)
    if (answer?.ok) return { url, stop, log: () => log }
    await pause(100)
  }
  await stop()
  throw new Error(`the server does not start:\n${log.slice(-4000)}`)
}

export const pause = (ms) => new Promise((done) => setTimeout(done, ms))

function freePort() {
  return new Promise((done, fail) => {
    const server = createServer()
    server.on('error', fail)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address()
      server.close(() => done(port))
    })
  })
}
