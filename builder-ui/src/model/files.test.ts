import { describe, expect, it } from 'vitest'
import { type FileInfo, filesNamed, filesOf, isPicture, kindOfFile, knownFile, learnFiles, onFiles, sizeText } from './files'

const file = (id: string, more: Partial<FileInfo> = {}): FileInfo => ({ id, name: `${id}.pdf`, size: 1, type: 'application/pdf', thumbnail: false, ...more })

describe('files', () => {
  it('are known once told, and who looks is told of news only', () => {
    let told = 0
    const stop = onFiles(() => { told += 1 })
    learnFiles({ a: file('a'), b: file('b') })
    learnFiles({ a: file('a') })
    expect(told).toBe(1)
    expect(knownFile('a')?.name).toBe('a.pdf')
    learnFiles({ a: file('a', { gone: true }) })
    expect([told, knownFile('a')?.gone]).toEqual([2, true])
    stop()
    learnFiles({ c: file('c') })
    expect(told).toBe(2)
  })

  it('have sizes that people read', () => {
    expect(sizeText(0, 'en')).toBe('0 B')
    expect(sizeText(999, 'en')).toBe('999 B')
    expect(sizeText(1536, 'en')).toBe('1.5 KB')
    expect(sizeText(25 << 20, 'en')).toBe('25 MB')
    expect(sizeText(3.2 * 2 ** 30, 'zh-Hans')).toBe('3.2 GB')
  })

  it('are of a kind by their bytes, else by their name', () => {
    expect(kindOfFile({ type: 'image/heic', name: 'a.txt' })).toBe('picture')
    expect(kindOfFile({ type: 'application/zip', name: '报价.XLSX' })).toBe('sheet')
    expect(kindOfFile({ type: 'application/zip', name: 'a' })).toBe('archive')
    expect(kindOfFile({ type: 'text/plain', name: '.env' })).toBe('text')
    expect(kindOfFile({ type: 'application/octet-stream', name: 'a.bin' })).toBe('other')
    expect([isPicture({ type: 'image/webp' }), isPicture({ type: 'image/svg+xml' }), isPicture(undefined)]).toEqual([true, false, false])
  })

  it('that were copied as text are found by their names', () => {
    learnFiles({ n1: file('n1', { name: '灯 a.png' }), n2: file('n2', { name: 'b.pdf' }) })
    expect(filesNamed('b.pdf, 灯 a.png')).toEqual(['n2', 'n1'])
    expect([filesNamed(''), filesNamed('b.pdf, other.pdf')]).toEqual([[], null])
  })

  it('of a value are its ids', () => {
    expect(filesOf(['a', 'b'])).toEqual(['a', 'b'])
    expect([filesOf(null), filesOf('a'), filesOf(undefined)]).toEqual([[], [], []])
  })
})
