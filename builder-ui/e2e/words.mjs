// The app's words in a language, from the very files that the app reads, and the pack's from the server: so that one
// journey serves all languages and no text stands in two places.
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './server.mjs'

export function words(language) {
  const folder = join(root, 'builder-ui/src/locales', language)
  const spaces = Object.fromEntries(
    readdirSync(folder).filter((name) => name.endsWith('.json')).map((name) => [name.slice(0, -5), JSON.parse(readFileSync(join(folder, name), 'utf8'))]),
  )
  /** `record:save.done`, `action.save` (of `common`), with values. */
  return (key, values = {}) => {
    const [space, path] = key.includes(':') ? key.split(':') : ['common', key]
    const text = path.split('.').reduce((at, part) => at?.[part], spaces[space])
    if (typeof text !== 'string') throw new Error(`no text ${key} in ${language}`)
    return text.replaceAll(/\{\{(\w+)\}\}/g, (_, name) => values[name] ?? `{{${name}}}`)
  }
}

/** A pattern of a text whose values are not known. */
export function like(text) {
  const escaped = text.split(/\{\{\w+\}\}/).map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'))
  return new RegExp(escaped.join('.+'))
}
