/** The frame of the pages before one is inside: the chart at one side, the form at the other. */
import type { ReactNode } from 'react'
import { ChartArt } from './chart-art'
import { Mark } from './mark'
import style from './welcome-frame.module.css'

interface WelcomeFrameProps {
  claim: string
  text: string
  aside?: ReactNode
  children: ReactNode
}

export function WelcomeFrame({ claim, text, aside, children }: WelcomeFrameProps) {
  return (
    <div className={style.frame}>
      <header className={style.chart}>
        <ChartArt className={style.art} />
        <div className={style.words}>
          <p className={style.brand}><Mark size={38} /><span>Portolan</span></p>
          <div>
            <p className={style.claim}>{claim}</p>
            <p className={style.text}>{text}</p>
          </div>
        </div>
      </header>
      <main className={style.main}>
        <div className={style.aside}>{aside}</div>
        <div className={style.content}>{children}</div>
      </main>
    </div>
  )
}
