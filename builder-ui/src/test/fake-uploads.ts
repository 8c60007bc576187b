/** Uploads that a test lets go on, end, or break off. */
import { vi } from 'vitest'
import type { FileInfo } from '@/model/files'

export class FakeUpload extends EventTarget {
  readonly upload = new EventTarget()
  responseType = ''
  status = 0
  response: unknown = null
  aborted = false
  file: File | null = null
  readonly headers: Record<string, string> = {}

  open(): void {}

  setRequestHeader(name: string, value: string): void {
    this.headers[name] = value
  }

  send(form: FormData): void {
    this.file = form.get('file') as File
    sent.push(this)
  }

  abort(): void {
    this.aborted = true
    this.dispatchEvent(new Event('abort'))
  }

  /** So many bytes have gone. */
  gone(loaded: number): void {
    this.upload.dispatchEvent(Object.assign(new Event('progress'), { loaded }))
  }

  answer(status: number, response: unknown): void {
    this.status = status
    this.response = response
    this.dispatchEvent(new Event('load'))
  }

  /** The server has it under this id. */
  done(id: string, more: Partial<FileInfo> = {}): void {
    const { name = '', size = 0, type = '' } = this.file ?? {}
    this.answer(201, { id, name, size, type, thumbnail: type.startsWith('image/'), pixels: null, gone: false, ...more } satisfies FileInfo)
  }

  refuse(status: number, code: string, detail?: string): void {
    this.answer(status, { error: { code, message: code, details: detail ? [{ path: 'file', code: detail, message: detail }] : [] } })
  }

  lose(): void {
    this.dispatchEvent(new Event('error'))
  }
}

export const sent: FakeUpload[] = []

export function fakeUploads(): void {
  sent.length = 0
  vi.stubGlobal('XMLHttpRequest', FakeUpload)
}
