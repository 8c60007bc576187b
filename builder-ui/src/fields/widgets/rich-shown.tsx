// Rich text as elements of the page, each made by name.
import '../fields.css'
import { createElement, Fragment, type ReactNode } from 'react'
import { readRich, type RichNode } from '../rich'

function shown(nodes: RichNode[]): ReactNode[] {
  return nodes.map((node, index) => {
    if (typeof node === 'string') return node
    if (node.element === 'br') return <br key={index} />
    // A link that leads nowhere is only its text.
    if (node.element === 'a' && node.href === undefined) return <Fragment key={index}>{shown(node.children)}</Fragment>
    const link = node.href === undefined ? {} : { href: node.href, target: '_blank', rel: 'noreferrer noopener', className: 'pf-anchor' }
    return createElement(node.element, { key: index, ...link }, ...shown(node.children))
  })
}

export function RichShown({ html }: { html: string }) {
  return <div className="pf-prose">{shown(readRich(html))}</div>
}
