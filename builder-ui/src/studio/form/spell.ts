/** Chinese in Latin letters, for technical names; loaded only where a label has any. */

export async function spell(label: string): Promise<(text: string) => string> {
  if (!/[\u3400-\u9fff]/.test(label)) return (text) => text
  const { pinyin } = await import('pinyin-pro')
  return (text) => pinyin(text, { toneType: 'none', type: 'array', nonZh: 'consecutive' }).join(' ')
}
