/** Lists as files: how much it is, and the file itself, piece by piece. */
import { get, isGateway, requestHeaders, taken, unreachable, url, type QueryValue } from './client'

export interface Extent {
  rows: number
  most: number
  /** Whether so much is given only for a reason. */
  reason: boolean
}

type Asked = Record<string, QueryValue>
const path = (entity: string, format: string): string => `/api/export/${entity}.${format}`

export const exportExtent = (entity: string, format: string, asked: Asked, signal?: AbortSignal) =>
  get<Extent>(path(entity, format), { ...asked, check: 1 }, signal)

/** The file; `told` hears how many bytes there are so far. */
export async function exportFile(entity: string, format: string, asked: Asked, signal: AbortSignal, told: (bytes: number) => void): Promise<Blob> {
  let response: Response
  try {
    response = await fetch(url(path(entity, format), asked), { headers: requestHeaders('GET'), credentials: 'same-origin', signal })
  } catch (cause) {
    if (signal.aborted) throw cause
    throw unreachable(cause)
  }
  if (isGateway(response.status)) throw unreachable()
  if (!response.ok || !response.body) return taken<never>(response.status, await response.json().catch(() => null))
  const reader = response.body.getReader()
  const pieces: Uint8Array<ArrayBuffer>[] = []
  let bytes = 0
  for (;;) {
    const { done, value } = await reader.read()
    if (done) break
    pieces.push(value as Uint8Array<ArrayBuffer>)
    bytes += value.length
    told(bytes)
  }
  return new Blob(pieces, { type: response.headers.get('content-type') ?? '' })
}
