import { useEffect, useRef, type ReactNode } from 'react'
import { Link } from 'react-router'
import { useDocumentTitle } from './document-title'
import { Icon } from './icon'
import style from './page.module.css'

interface PageProps {
  title: string
  /** Above the title: where this page belongs. */
  above?: { label: string; to: string }
  /** Beside the title. */
  beside?: ReactNode
  actions?: ReactNode
  children: ReactNode
  /** The page fills the height and scrolls inside. */
  fill?: boolean
  width?: 'narrow' | 'wide' | 'full'
}

/** Title of the document, heading that takes the focus after navigation, actions at the right. */
export function Page({ title, above, beside, actions, children, fill = false, width = 'full' }: PageProps) {
  useDocumentTitle(title)
  return (
    <div className={`${style.page} ${fill ? style.fill : ''} ${style[width]}`}>
      <header className={style.header}>
        <div className={style.heading}>
          {above ? <Link to={above.to} className={style.above}><Icon name="left" size={14} />{above.label}</Link> : null}
          <div className={style.line}>
            <PageHeading>{title}</PageHeading>
            {beside}
          </div>
        </div>
        {actions ? <div className={style.actions}>{actions}</div> : null}
      </header>
      {children}
    </div>
  )
}

let visited = false

/** After a click on a link the reader starts at the page's heading; on the very first page the browser decides. */
function PageHeading({ children }: { children: ReactNode }) {
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    if (visited && document.activeElement === document.body) heading.current?.focus({ preventScroll: true })
    visited = true
  }, [])
  return <h1 ref={heading} tabIndex={-1} className={style.title}>{children}</h1>
}
