import type { ReactNode } from 'react'
import style from './card.module.css'

interface CardProps {
  title?: ReactNode
  aside?: ReactNode
  children: ReactNode
  /** The content brings its own edges. */
  flush?: boolean
  /** Names the card where it has no title. */
  label?: string
}

export function Card({ title, aside, children, flush = false, label }: CardProps) {
  return (
    <section className={style.card} aria-label={title ? undefined : label}>
      {title ? <header className={style.header}><h2 className={style.title}>{title}</h2>{aside}</header> : null}
      <div className={flush ? style.flush : style.body}>{children}</div>
    </section>
  )
}
