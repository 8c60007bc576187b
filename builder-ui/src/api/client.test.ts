import { afterEach, describe, expect, it, vi } from 'vitest'
import { ApiError, ConnectionError, get, onSignal, patch, post, setCsrf, setRequestLanguage, url } from './client'

function answerWith(status: number, body: unknown, type = 'application/json') {
  const fetched = vi.fn(async (_path: string, _init?: RequestInit) => new Response(status === 204 ? null : typeof body === 'string' ? body : JSON.stringify(body), { status, headers: { 'content-type': type } }))
  vi.stubGlobal('fetch', fetched)
  return { sent: () => fetched.mock.calls[0]?.[1], path: () => fetched.mock.calls[0]?.[0] }
}

afterEach(() => {
  setCsrf(null)
  setRequestLanguage('en')
})

describe('a request', () => {
  it('carries the token only where something changes', async () => {
    setCsrf('secret')
    const read = answerWith(200, {})
    await get('/api/tasks')
    expect(read.sent()?.headers).not.toHaveProperty('X-CSRF-Token')
    const write = answerWith(200, {})
    await post('/api/tasks/1/approve', { reason: 'fine' })
    expect(write.sent()?.headers).toHaveProperty('X-CSRF-Token', 'secret')
    expect(write.sent()?.body).toBe('{"reason":"fine"}')
  })
  it('asks in the language of the reader', async () => {
    setRequestLanguage('zh-Hans')
    const { sent } = answerWith(200, {})
    await get('/api/app')
    expect(sent()?.headers).toHaveProperty('Accept-Language', 'zh-Hans')
  })
  it('leaves out what is empty, and encodes the rest', () => {
    expect(url('/api/records/item', { q: 'a b&c', after: '', view: null, limit: 50 })).toBe('/api/records/item?q=a+b%26c&limit=50')
  })
  it('understands an answer without content', async () => {
    answerWith(204, null)
    await expect(post('/api/notifications/read')).resolves.toBeNull()
  })
})

describe('a refusal', () => {
  it('becomes an error with code, places and the whole answer', async () => {
    const current = { id: '1', version: 4 }
    answerWith(409, { error: { code: 'stale', message: 'Expected version 3, but found 4', details: [{ path: 'amount', code: 'changed', message: 'changed' }] }, current })
    const error = await patch('/api/records/item/1', { version: 3 }).catch((cause: unknown) => cause)
    expect(error).toBeInstanceOf(ApiError)
    expect(error).toMatchObject({ status: 409, code: 'stale', details: [{ path: 'amount' }], body: { current } })
  })
  it('has a code even where a proxy answers with a page', async () => {
    answerWith(413, '<html>too large</html>', 'text/html')
    await expect(get('/api/tasks')).rejects.toMatchObject({ status: 413, code: 'http_413' })
  })
})

describe('what the app is told', () => {
  it('is a lost session, whoever asked', async () => {
    const heard = vi.fn()
    const stop = onSignal(heard)
    answerWith(401, { error: { code: 'unauthenticated', message: '', details: [] } })
    await get('/api/tasks').catch(() => {})
    stop()
    expect(heard).toHaveBeenCalledWith('unauthenticated')
  })
  it('is a lost connection, and that it is back', async () => {
    const heard: string[] = []
    const stop = onSignal((signal) => heard.push(signal))
    vi.stubGlobal('fetch', () => Promise.reject(new TypeError('network')))
    await expect(get('/api/tasks')).rejects.toBeInstanceOf(ConnectionError)
    answerWith(502, 'bad gateway', 'text/plain')
    await expect(get('/api/tasks')).rejects.toBeInstanceOf(ConnectionError)
    answerWith(200, {})
    await get('/api/tasks')
    stop()
    expect(heard).toEqual(['unreachable', 'unreachable', 'reachable'])
  })
  it('is nothing when the app itself gives up a request', async () => {
    const heard = vi.fn()
    const stop = onSignal(heard)
    vi.stubGlobal('fetch', () => Promise.reject(new DOMException('aborted', 'AbortError')))
    await expect(get('/api/tasks')).rejects.toMatchObject({ name: 'AbortError' })
    stop()
    expect(heard).not.toHaveBeenCalled()
  })
})
