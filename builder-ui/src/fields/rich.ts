// Rich text as a tree of the few elements that the server keeps (`engine/kernel/src/field/rich_text.rs`).

export type RichElement = 'p' | 'h3' | 'ul' | 'ol' | 'li' | 'blockquote' | 'strong' | 'em' | 'u' | 's' | 'a' | 'br'

export type RichNode = string | { element: RichElement; href?: string; children: RichNode[] }

const KEPT: Record<string, RichElement> = {
  p: 'p', div: 'p', h1: 'h3', h2: 'h3', h3: 'h3', ul: 'ul', ol: 'ol', li: 'li', blockquote: 'blockquote', b: 'strong', strong: 'strong',
  i: 'em', em: 'em', u: 'u', s: 's', strike: 's', del: 's', a: 'a', br: 'br',
}

const DROPPED = 'script, style, template, iframe, object, svg, math, noscript, title, textarea, select'

const BLOCKS: ReadonlySet<RichElement> = new Set<RichElement>(['p', 'h3', 'ul', 'ol', 'li', 'blockquote'])

/** Addresses that a link may have. */
export function safeAddress(address: string): string | null {
  const text = address.trim()
  return /^(https?:\/\/|mailto:|tel:)/i.test(text) && !/[\s\p{Cc}]/u.test(text) ? text : null
}

/** The tree of a text in HTML. The parser makes a document that is never shown, in which nothing runs or is loaded. */
export function readRich(html: string): RichNode[] {
  if (!html.includes('<') && !html.includes('&')) return html === '' ? [] : [html]
  return nodesOf(new DOMParser().parseFromString(html, 'text/html').body)
}

/** The tree of what stands in an element. */
export function nodesOf(parent: Node): RichNode[] {
  return [...parent.childNodes].flatMap((node): RichNode[] => {
    if (node.nodeType === Node.TEXT_NODE) return node.nodeValue ? [node.nodeValue.replaceAll('\u00a0', ' ')] : []
    if (!(node instanceof Element) || node.matches(DROPPED)) return []
    const element = KEPT[node.localName]
    const children = nodesOf(node)
    if (!element) return children
    if (element === 'br') return [{ element, children: [] }]
    if (element !== 'a') return [{ element, children }]
    const href = safeAddress(node.getAttribute('href') ?? '')
    return [{ element, ...(href === null ? {} : { href }), children }]
  })
}

/** The text alone, a line a paragraph. */
export function plainOf(nodes: RichNode[]): string {
  let text = ''
  const line = (): void => {
    if (text !== '' && !text.endsWith('\n')) text += '\n'
  }
  const visit = (list: RichNode[]): void => {
    for (const node of list) {
      if (typeof node === 'string') {
        text += node
        continue
      }
      const breaks = node.element === 'br' || BLOCKS.has(node.element)
      if (breaks) line()
      visit(node.children)
      if (breaks && node.element !== 'br') line()
    }
  }
  visit(nodes)
  return text.trim()
}

const escapes: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

export const escape = (text: string): string => text.replace(/[&<>"]/g, (sign) => escapes[sign] ?? sign)

/** The tree as the HTML that the server keeps as it is. */
export function writeRich(nodes: RichNode[]): string {
  return nodes
    .map((node) => {
      if (typeof node === 'string') return escape(node)
      if (node.element === 'br') return '<br>'
      const href = node.href === undefined ? '' : ` href="${escape(node.href)}"`
      return `<${node.element}${href}>${writeRich(node.children)}</${node.element}>`
    })
    .join('')
    .trim()
}

/** Plain text as rich text. */
export function fromPlain(text: string): string {
  return text.split(/\r?\n/).filter((line) => line.trim() !== '').map((line) => `<p>${escape(line.trim())}</p>`).join('')
}
