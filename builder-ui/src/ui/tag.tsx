import type { ReactNode } from 'react'
import type { Color } from '@/model/app'
import style from './tag.module.css'

/** A coloured word: a state or a choice. The dot repeats the colour for those who see it weakly beside the text. */
export function Tag({ color = 'grey', children }: { color?: Color; children: ReactNode }) {
  return <span className={`${style.tag} ${style[color] ?? style.grey}`}>{children}</span>
}
