import style from './avatar.module.css'

/** "Chen Hao" → "CH"; Chinese names show their last two characters, as people there do. */
export function initials(name: string): string {
  const trimmed = name.trim()
  if (/[\u3400-\u9fff]/.test(trimmed)) return trimmed.slice(-2)
  const words = trimmed.split(/\s+/).filter(Boolean)
  return ((words[0]?.[0] ?? '') + (words.length > 1 ? (words.at(-1)?.[0] ?? '') : '')).toUpperCase()
}

const tones = ['#0a626d', '#1c4f86', '#5b3a8e', '#8f4a13', '#1d6137', '#8a2f4f', '#46586b']

export function Avatar({ name, size = 28 }: { name: string; size?: number }) {
  const sum = [...name].reduce((total, letter) => total + (letter.codePointAt(0) ?? 0), 0)
  return (
    <span className={style.avatar} style={{ width: size, height: size, fontSize: size * 0.38, background: tones[sum % tones.length] }} aria-hidden>
      {initials(name)}
    </span>
  )
}
