import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

const here = import.meta.dirname
const source = join(here, '..')
/** The texts that come at once, and whose folders may speak them alone. */
const first = ['common', 'fields', 'home', 'list', 'sign_in']
const firstPages = /^(app|fields|model|ui|features\/(home|list|notifications|sign-in))\//
const namespaces = readdirSync(join(here, 'en')).map((name) => name.replace('.json', ''))

function texts(language: string, namespace: string): Map<string, string> {
  const found = new Map<string, string>()
  const walk = (node: unknown, path: string): void => {
    if (typeof node === 'string') found.set(path, node)
    else for (const [key, value] of Object.entries(node as object)) walk(value, path ? `${path}.${key}` : key)
  }
  walk(JSON.parse(readFileSync(join(here, language, `${namespace}.json`), 'utf8')), '')
  return found
}

/** Chinese has one form where English has two. */
const plain = (key: string) => key.replace(/_(one|other)$/, '')
const slots = (text: string) => [...text.matchAll(/\{\{(\w+)\}\}/g)].map((match) => match[1]).sort()

describe('the texts', () => {
  it.each(namespaces)('of %s are complete in both languages', (namespace) => {
    const keys = (language: string) => [...new Set([...texts(language, namespace).keys()].map(plain))].sort()
    expect(keys('zh_hans')).toEqual(keys('en'))
  })
  it.each(namespaces)('of %s fill in the same values in both languages', (namespace) => {
    const chinese = texts('zh_hans', namespace)
    for (const [key, text] of texts('en', namespace)) {
      const other = chinese.get(key) ?? chinese.get(`${plain(key)}_other`) ?? ''
      const allowed = slots(text)
      for (const slot of slots(other)) expect([...allowed, 'count'], `${namespace}:${key}`).toContain(slot)
    }
  })
  it('of Chinese use Chinese punctuation', () => {
    for (const namespace of namespaces) {
      for (const [key, text] of texts('zh_hans', namespace)) expect(text, `${namespace}:${key}`).not.toMatch(/[\u3400-\u9fff][,;:?!]|[,;:?!][\u3400-\u9fff]/)
    }
  })
  it('that the code asks for by a fixed key exist', () => {
    const missing: string[] = []
    for (const file of readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((name) => /\.tsx?$/.test(name) && !/\.test\./.test(name))) {
      const code = readFileSync(join(source, file), 'utf8')
      const own = /useTranslation\('(\w+)'\)/.exec(code)?.[1] ?? 'common'
      for (const [, key = ''] of code.matchAll(/\bt\('([\w.]+(?::[\w.]+)?)'/g)) {
        const [namespace, path] = key.includes(':') ? key.split(':') as [string, string] : [own, key]
        const known = namespaces.includes(namespace) ? [...texts('en', namespace).keys()].map(plain) : []
        if (!known.includes(path)) missing.push(`${file}: ${key}`)
      }
    }
    expect(missing).toEqual([])
  })
  it('of further pages are spoken by no page that comes before them', () => {
    const early: string[] = []
    for (const file of readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((name) => firstPages.test(name) && /\.tsx?$/.test(name) && !/\.test\./.test(name))) {
      const code = readFileSync(join(source, file), 'utf8')
      for (const [, namespace = ''] of code.matchAll(/(?:useTranslation\('|\bt\(['`])(\w+)(?:'\)|:)/g)) if (namespaces.includes(namespace) && !first.includes(namespace)) early.push(`${file}: ${namespace}`)
    }
    expect(early).toEqual([])
  })
})
