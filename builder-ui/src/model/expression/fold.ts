// What two texts must share to count as equal, as `kernel::text::fold` makes it.

const accents = /[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff]/gu
const spaces = /[\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/gu
const invisible = /[\p{Cc}\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/gu
const ascii = /^[ -~]*$/

const known = new Map<string, string>()

/** NFKC, lower case, no accents, no control characters, single spaces. */
export function fold(text: string): string {
  if (ascii.test(text)) return text.toLowerCase().replace(/ +/g, ' ').trim()
  const before = known.get(text)
  if (before !== undefined) return before
  let lower = ''
  // One by one: as a whole, JavaScript would choose the form of a sigma by its neighbours.
  for (const character of text.normalize('NFKD')) lower += character.toLowerCase()
  const folded = lower
    .normalize('NFKD')
    .replace(accents, '')
    .replaceAll('ς', 'σ')
    .normalize('NFKC')
    .replace(spaces, '\u0000 \u0000')
    .replace(invisible, '')
    .replace(/ +/g, ' ')
    .trim()
  if (known.size > 5000) known.clear()
  known.set(text, folded)
  return folded
}

/** Whether texts of these folds can be put in order here: Chinese is sorted by pinyin, which the server knows. */
export function hasPlainOrder(folded: string): boolean {
  return !/\p{Script=Han}/u.test(folded)
}
