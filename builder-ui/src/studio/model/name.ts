/** Technical names proposed from what people call things: `Port of loading` → `x_port_of_loading`. */

const longest = 40

/** A name that none of `taken` has. Chinese labels are turned into pinyin by `spell`. */
export function proposeName(label: string, taken: Iterable<string>, spell: (text: string) => string = (text) => text, own = true): string {
  const plain = spell(label)
    .normalize('NFKD')
    .replace(/[\u0300-\u036f]/g, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '')
    .slice(0, longest)
    .replace(/_+$/, '')
  const start = own ? 'x_' : ''
  const stem = `${start}${plain || 'field'}`
  const name = /^[a-z]/.test(stem) ? stem : `n_${stem}`
  const used = new Set(taken)
  for (let n = 1; ; n += 1) {
    const candidate = n === 1 ? name : `${name}_${n}`
    if (!used.has(candidate)) return candidate
  }
}

export const isName = (text: string): boolean => /^[a-z][a-z0-9_]*$/.test(text)
