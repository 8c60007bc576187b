import { useCallback } from 'react'
import { create } from 'zustand'

export interface Question {
  title: string
  text?: string
  action: string
  cancel: string
  danger?: boolean
}

interface Asking {
  question: Question | null
  answer: (sure: boolean) => void
}

/** The question that is open; the theme shows it. */
export const useAsking = create<Asking>(() => ({ question: null, answer: () => {} }))

/** Asks before an act that cannot be taken back lightly. */
export function useConfirm(): (question: Question) => Promise<boolean> {
  return useCallback((question) => new Promise<boolean>((answer) => {
    // Whoever asks while another question is open has the last word.
    useAsking.getState().answer(false)
    useAsking.setState({ question, answer })
  }), [])
}
