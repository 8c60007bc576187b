/** The one door to the server: adds the CSRF token, reads the error envelope, reports a lost session and a lost connection. */
import { type FileInfo, learnFiles } from '@/model/files'
import { newId } from '@/model/new-id'

export interface ErrorDetail {
  path: string
  code: string
  message: string
  values?: Record<string, unknown>
}

/** An answer of the server that is not a success, in the shape of its one envelope. */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly status: number
  readonly code: string
  readonly details: ErrorDetail[]
  /** The whole answer: some conflicts carry more than the envelope (`current`, who decided). */
  readonly body: Record<string, unknown>

  constructor(status: number, code: string, message: string, details: ErrorDetail[], body: Record<string, unknown>) {
    super(message)
    this.status = status
    this.code = code
    this.details = details
    this.body = body
  }
}

/** The server could not be reached at all. */
export class ConnectionError extends Error {
  override readonly name = 'ConnectionError'
}

export type Signal = 'unauthenticated' | 'unreachable' | 'reachable'
type Listener = (signal: Signal) => void

const listeners = new Set<Listener>()
let csrf: string | null = null
let language = 'en'

export function setCsrf(token: string | null): void {
  csrf = token
}

/** Messages of the server come in the reader's language. */
export function setRequestLanguage(tag: string): void {
  language = tag
}

export function onSignal(listener: Listener): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

function tell(signal: Signal): void {
  for (const listener of listeners) listener(signal)
}

export type QueryValue = string | number | boolean | null | undefined

export interface RequestOptions {
  query?: Record<string, QueryValue>
  body?: unknown
  form?: FormData
  headers?: Record<string, string>
  signal?: AbortSignal
}

export function url(path: string, query?: Record<string, QueryValue>): string {
  const parameters = new URLSearchParams()
  for (const [key, value] of Object.entries(query ?? {})) {
    if (value !== undefined && value !== null && value !== '') parameters.set(key, String(value))
  }
  const text = parameters.toString()
  return text ? `${path}?${text}` : path
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

async function readBody(response: Response): Promise<unknown> {
  if (response.status === 204) return null
  const type = response.headers.get('content-type') ?? ''
  if (!type.includes('json')) return response.text()
  try {
    return await response.json()
  } catch {
    return null
  }
}

function toError(status: number, body: unknown): ApiError {
  const envelope = isObject(body) && isObject(body.error) ? body.error : {}
  const details = Array.isArray(envelope.details) ? (envelope.details as ErrorDetail[]) : []
  return new ApiError(
    status,
    typeof envelope.code === 'string' ? envelope.code : `http_${status}`,
    typeof envelope.message === 'string' ? envelope.message : '',
    details,
    isObject(body) ? body : {},
  )
}

/** What every request says of the reader; those that change something carry the session's token. */
export function requestHeaders(method: string): Record<string, string> {
  return { Accept: 'application/json', 'Accept-Language': language, ...(method !== 'GET' && csrf ? { 'X-CSRF-Token': csrf } : {}) }
}

/** The server could not be reached, or a gateway in front of a stopped one answered for it. */
export function unreachable(cause?: unknown): ConnectionError {
  tell('unreachable')
  return new ConnectionError('The server cannot be reached', { cause })
}

export const isGateway = (status: number): boolean => status === 502 || status === 503 || status === 504

/** Reads an answer of the server: what it says, or why not. */
export function taken<T>(status: number, body: unknown): T {
  tell('reachable')
  if (status >= 200 && status < 300) {
    if (isObject(body) && isObject(body.files)) learnFiles(body.files as Record<string, FileInfo>)
    return body as T
  }
  const error = toError(status, body)
  if (error.status === 401) tell('unauthenticated')
  throw error
}

export async function request<T>(method: string, path: string, options: RequestOptions = {}): Promise<T> {
  const headers: Record<string, string> = { ...requestHeaders(method), ...options.headers }
  if (options.body !== undefined) headers['Content-Type'] = 'application/json'
  let response: Response
  try {
    response = await fetch(url(path, options.query), {
      method,
      headers,
      credentials: 'same-origin',
      body: options.form ?? (options.body === undefined ? undefined : JSON.stringify(options.body)),
      signal: options.signal,
    })
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === 'AbortError') throw cause
    throw unreachable(cause)
  }
  if (isGateway(response.status)) throw unreachable()
  return taken<T>(response.status, await readBody(response))
}

export const get = <T>(path: string, query?: Record<string, QueryValue>, signal?: AbortSignal) =>
  request<T>('GET', path, { query, signal })
export const post = <T>(path: string, body?: unknown, options?: RequestOptions) =>
  request<T>('POST', path, { ...options, body: body ?? {} })
export const patch = <T>(path: string, body: unknown, options?: RequestOptions) =>
  request<T>('PATCH', path, { ...options, body })
export const del = <T>(path: string, query?: Record<string, QueryValue>) => request<T>('DELETE', path, { query })

/** A key that lets the server recognise a repeated POST. */
export function idempotencyKey(): string {
  return newId()
}
