/** Answers `/api` from memory, so that the app can be built and looked at without a server. Development only. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Plugin } from 'vite'
import { handlers, type Answer } from './handlers.ts'

const live = new Set<ServerResponse>()
export function broadcast(event: string, data: unknown): void {
  for (const response of live) response.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`)
}

async function read(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const text = Buffer.concat(chunks).toString('utf8')
  try {
    return text ? JSON.parse(text) : {}
  } catch {
    return { multipart: text }
  }
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://localhost')
  if (url.pathname === '/api/events') {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' })
    response.write(': hello\n\n')
    live.add(response)
    request.on('close', () => live.delete(response))
    return
  }
  const body = await read(request)
  const language = (request.headers['accept-language'] ?? 'en').toLowerCase().startsWith('zh') ? 'zh_hans' : 'en'
  let found: Answer = { status: 404, body: { error: { code: 'not_found', message: 'No such thing', details: [] } } }
  for (const [method, pattern, handle] of handlers) {
    const match = request.method === method ? pattern.exec(url.pathname) : null
    if (match) {
      found = handle({ url, body: body as Record<string, unknown>, parameters: match.slice(1), language, broadcast })
      break
    }
  }
  await new Promise((resolve) => setTimeout(resolve, 60))
  response.writeHead(found.status, { 'content-type': found.type ?? 'application/json' })
  response.end(found.body === null ? '' : typeof found.body === 'string' ? found.body : JSON.stringify(found.body))
}

function serve(request: IncomingMessage, response: ServerResponse, next: () => void): void {
  if (!request.url?.startsWith('/api/')) next()
  else answer(request, response).catch((error: unknown) => {
    // A slip of the mock fails its request, not the whole server.
    response.writeHead(500, { 'content-type': 'application/json' })
    response.end(JSON.stringify({ error: { code: 'internal', message: String(error), details: [] } }))
  })
}

export function mockServer(): Plugin {
  return {
    name: 'portolan-mock',
    configureServer: (server) => void server.middlewares.use(serve),
    // The built app can be looked at and measured without a server too.
    configurePreviewServer: (server) => void server.middlewares.use(serve),
  }
}
