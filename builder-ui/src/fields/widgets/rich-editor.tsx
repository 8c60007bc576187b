// An editor of a few elements on top of what the browser edits itself; loaded when a form has such a field.
import '../fields.css'
import { useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type EditProps, textOf } from '../field-type'
import { fromPlain, nodesOf, plainOf, readRich, type RichNode, safeAddress, writeRich } from '../rich'

const ACTS = [
  { act: 'bold', path: 'M5 3h4a2.5 2.5 0 010 5H5zM5 8h4.8a2.5 2.5 0 010 5H5z' },
  { act: 'italic', path: 'M7 3h5M4 13h5M9.5 3l-3 10' },
  { act: 'insertUnorderedList', path: 'M6.5 4H14M6.5 8H14M6.5 12H14M2.8 4h.1M2.8 8h.1M2.8 12h.1' },
  { act: 'insertOrderedList', path: 'M6.5 4H14M6.5 8H14M6.5 12H14M2.2 3.2L3 2.8V5.5M2 10.2h1.6L2 13h1.8' },
] as const

type Act = (typeof ACTS)[number]['act']

/** Elements of the page, each made by name: nothing of the text becomes anything else. */
function elementsOf(nodes: RichNode[]): Node[] {
  return nodes.map((node) => {
    if (typeof node === 'string') return document.createTextNode(node)
    const element = document.createElement(node.element)
    if (node.href !== undefined) element.setAttribute('href', node.href)
    element.append(...elementsOf(node.children))
    return element
  })
}

export default function RichEditor(props: EditProps) {
  const { t } = useTranslation('fields')
  const page = useRef<HTMLDivElement>(null)
  /** What the page was last set to or told, so that its own changes do not move the caret. */
  const told = useRef<string | null>(null)
  const [on, setOn] = useState<Partial<Record<Act, boolean>>>({})
  const [asking, setAsking] = useState(false)
  const [address, setAddress] = useState('')
  const kept = useRef<Range | null>(null)
  const value = textOf(props.value)

  useEffect(() => {
    const element = page.current
    if (!element || told.current === value) return
    told.current = value
    element.replaceChildren(...elementsOf(readRich(value)))
  }, [value])

  const tell = (): void => {
    const nodes = page.current ? nodesOf(page.current) : []
    const html = plainOf(nodes) === '' ? '' : writeRich(nodes)
    told.current = html
    props.onChange(html === '' ? null : html)
  }
  const look = (): void => setOn(Object.fromEntries(ACTS.map(({ act }) => [act, document.queryCommandState(act)])))
  const run = (act: Act): void => {
    page.current?.focus()
    document.execCommand(act)
    tell()
    look()
  }
  const ask = (): void => {
    const selection = window.getSelection()
    kept.current = selection && selection.rangeCount > 0 && page.current?.contains(selection.anchorNode) ? selection.getRangeAt(0) : null
    const link = kept.current?.startContainer.parentElement?.closest('a')
    setAddress(link?.getAttribute('href') ?? '')
    setAsking(true)
  }
  const link = (): void => {
    const text = address.trim()
    const target = text === '' ? null : safeAddress(/^[a-z][a-z0-9+.-]*:/i.test(text) ? text : `https://${text}`)
    setAsking(false)
    page.current?.focus()
    const selection = window.getSelection()
    if (kept.current && selection) {
      selection.removeAllRanges()
      selection.addRange(kept.current)
    }
    if (target === null) document.execCommand('unlink')
    else if (selection?.isCollapsed) document.execCommand('insertHTML', false, writeRich([{ element: 'a', href: target, children: [text] }]))
    else document.execCommand('createLink', false, target)
    tell()
  }

  return (
    <div className={`pf-input pf-rich${props.invalid ? ' pf-invalid' : ''}${props.disabled ? ' pf-disabled' : ''}`}>
      <div className="pf-rich-bar" role="toolbar" aria-label={t('rich.bar', { label: props.label })} aria-controls={props.id}>
        {ACTS.map(({ act, path }) => (
          <button key={act} type="button" className="pf-icon" aria-label={t(`rich.${act}`)} title={t(`rich.${act}`)} aria-pressed={on[act] ?? false} disabled={props.disabled} onMouseDown={(event) => event.preventDefault()} onClick={() => run(act)}>
            <svg viewBox="0 0 16 16" aria-hidden="true"><path d={path} /></svg>
          </button>
        ))}
        <button type="button" className="pf-icon" aria-label={t('rich.link')} title={t('rich.link')} aria-expanded={asking} disabled={props.disabled} onMouseDown={(event) => event.preventDefault()} onClick={ask}>
          <svg viewBox="0 0 16 16" aria-hidden="true"><path d="M6.5 9.5l3-3M7 4.5l1.2-1.2a3 3 0 014.3 4.3L11.3 8.8M9 11.5l-1.2 1.2a3 3 0 01-4.3-4.3L4.7 7.2" /></svg>
        </button>
        {asking && (
          <span className="pf-rich-link">
            <input
              type="url"
              inputMode="url"
              aria-label={t('rich.address')}
              placeholder="https://"
              value={address}
              // The field is asked for by the button before it.
              ref={(input) => input?.focus()}
              onChange={(event) => setAddress(event.target.value)}
              onKeyDown={(event) => {
                if (event.key === 'Enter') {
                  event.preventDefault()
                  link()
                } else if (event.key === 'Escape') {
                  event.stopPropagation()
                  setAsking(false)
                  page.current?.focus()
                }
              }}
            />
            <button type="button" className="pf-link" onClick={link}>{t(address.trim() === '' ? 'rich.unlink' : 'rich.set')}</button>
          </span>
        )}
      </div>
      <div
        ref={page}
        id={props.id}
        className="pf-prose pf-page"
        contentEditable={!props.disabled}
        suppressContentEditableWarning
        role="textbox"
        tabIndex={0}
        aria-multiline="true"
        aria-label={props.label}
        aria-describedby={props.describedBy}
        aria-invalid={props.invalid || undefined}
        aria-required={props.required || undefined}
        onFocus={() => document.execCommand('defaultParagraphSeparator', false, 'p')}
        onInput={tell}
        onKeyUp={look}
        onMouseUp={look}
        onBlur={() => props.onBlur?.()}
        onPaste={(event) => {
          event.preventDefault()
          const html = event.clipboardData.getData('text/html')
          const clean = html === '' ? fromPlain(event.clipboardData.getData('text/plain')) : writeRich(readRich(html))
          document.execCommand('insertHTML', false, clean)
        }}
        onDrop={(event) => event.preventDefault()}
      />
    </div>
  )
}
