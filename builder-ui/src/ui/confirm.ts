import { App } from 'antd'
import { useCallback } from 'react'

export interface Question {
  title: string
  text?: string
  action: string
  cancel: string
  danger?: boolean
}

/** Asks before an act that cannot be taken back lightly. */
export function useConfirm(): (question: Question) => Promise<boolean> {
  const { modal } = App.useApp()
  return useCallback(
    async (question) => Boolean(await modal.confirm({
      title: question.title,
      content: question.text,
      okText: question.action,
      cancelText: question.cancel,
      okButtonProps: { danger: question.danger ?? false },
      icon: null,
      focusable: { autoFocusButton: question.danger ? 'cancel' : 'ok' },
      centered: true,
    })),
    [modal],
  )
}
