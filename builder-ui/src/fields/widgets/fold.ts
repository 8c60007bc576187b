/** Spelling that does not count when texts are compared. */
export function fold(text: string): string {
  return text.normalize('NFKC').trim().toLowerCase()
}
