import type { MessageInstance } from 'antd/es/message/interface'
import { createContext, createElement, use, useMemo } from 'react'
import style from './toast.module.css'

export interface Undo {
  label: string
  act: () => void
}

export interface Toast {
  success: (text: string, undo?: Undo) => void
  error: (text: string) => void
  info: (text: string) => void
}

/** Where short words are shown; the theme provides it. */
export const Messages = createContext<MessageInstance | null>(null)

/** A short word at the top of the page that goes by itself; for what needs no answer. */
export function useToast(): Toast {
  const message = use(Messages)
  if (!message) throw new Error('useToast needs the theme around it')
  return useMemo(
    () => ({
      success: (text, undo) => {
        if (undo) undoable(message, text, undo)
        else void message.success(text)
      },
      error: (text) => void message.error(text, 7),
      info: (text) => void message.info(text),
    }),
    [message],
  )
}

let count = 0

/** Stays long enough to be read, understood and reached. */
function undoable(message: MessageInstance, text: string, { label, act }: Undo): void {
  const key = `undo-${(count += 1)}`
  const onClick = () => {
    message.destroy(key)
    act()
  }
  void message.success({ key, duration: 10, content: createElement('span', null, text, createElement('button', { type: 'button', className: style.undo, onClick }, label)) })
}
