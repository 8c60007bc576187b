/** Attached files: sent one by one, with their progress; what is known of them is asked for where nobody told it. */
import { useEffect, useSyncExternalStore } from 'react'
import { type FileInfo, knownFile, learnFiles, onFiles } from '@/model/files'
import { ApiError, get, isGateway, requestHeaders, taken, unreachable } from './client'

export interface Sending {
  done: Promise<FileInfo>
  stop(): void
}

/** Sends a file. `fetch` does not tell how much has gone, so this is an older way. */
export function sendFile(file: File, onProgress: (bytes: number) => void): Sending {
  const asked = new XMLHttpRequest()
  const done = new Promise<FileInfo>((resolve, reject) => {
    asked.open('POST', '/api/files')
    for (const [name, value] of Object.entries(requestHeaders('POST'))) asked.setRequestHeader(name, value)
    asked.responseType = 'json'
    asked.upload.addEventListener('progress', ({ loaded }) => onProgress(Math.min(loaded, file.size)))
    asked.addEventListener('load', () => {
      try {
        if (isGateway(asked.status)) throw unreachable()
        const info = taken<FileInfo>(asked.status, asked.response)
        learnFiles({ [info.id]: info })
        resolve(info)
      } catch (error) {
        reject(error as Error)
      }
    })
    asked.addEventListener('error', () => reject(unreachable()))
    asked.addEventListener('abort', () => reject(new DOMException('stopped', 'AbortError')))
    const form = new FormData()
    form.append('file', file)
    asked.send(form)
  })
  return { done, stop: () => asked.abort() }
}

const asking = new Set<string>()

/** What is known of a file; asked for once if nobody told it yet, as after a reload with unsaved input. */
export function useFile(id: string): FileInfo | undefined {
  const file = useSyncExternalStore(onFiles, () => knownFile(id))
  useEffect(() => {
    if (id === '' || file || asking.has(id)) return
    asking.add(id)
    get<FileInfo>(`/api/files/${id}/info`)
      .then((info) => learnFiles({ [id]: info }))
      .catch((error: unknown) => {
        if (error instanceof ApiError) learnFiles({ [id]: { id, name: '', size: 0, type: '', thumbnail: false, gone: true } })
      })
      .finally(() => asking.delete(id))
  }, [file, id])
  return file
}
