/** About how wide a text is drawn at 14 px: Chinese characters are as wide as they are high. */
export function textWidth(text: string): number {
  let width = 0
  for (const char of text) width += (char.codePointAt(0) ?? 0) > 0x2e80 ? 14 : /[mwMW@%]/.test(char) ? 11 : /[ilj.,'|:;]/.test(char) ? 4.2 : 7.9
  return width
}
