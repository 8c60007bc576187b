import { App } from 'antd'
import { useMemo } from 'react'

export interface Toast {
  success: (text: string) => void
  error: (text: string) => void
  info: (text: string) => void
}

/** A short word at the top of the page that goes by itself; for what needs no answer. */
export function useToast(): Toast {
  const { message } = App.useApp()
  return useMemo(
    () => ({
      success: (text) => void message.success(text),
      error: (text) => void message.error(text, 7),
      info: (text) => void message.info(text),
    }),
    [message],
  )
}
