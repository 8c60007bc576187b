import type { FirstRun } from '@/api/session'

export type Mistakes = Partial<Record<'company' | 'name' | 'email' | 'password', string>>

/** What is plainly missing; the server has the last word. */
export function checkAnswers(answers: FirstRun): Mistakes {
  const mistakes: Mistakes = {}
  if (!answers.company) mistakes.company = 'company'
  if (!answers.admin.name) mistakes.name = 'name'
  if (!/^[^@\s]+@[^@\s]+\.[^@\s]+$/.test(answers.admin.email)) mistakes.email = 'email'
  if (answers.admin.password.length < 8) mistakes.password = 'password'
  return mistakes
}
