/** What properties and words of the format are called in the reader's language, and what they are for. */
import { useTranslation } from 'react-i18next'
import { humanised } from '../form/use-design'

/** Sentences of the format, as it says them, in another language; nothing for its own. */
export type Help = Record<string, string> | null

/** Loaded where the controls are, and for whoever reads that language alone. */
export const readHelp = async (language: string): Promise<Help> => (language === 'zh_hans' ? (await import('./help.zh_hans.json')).default : null)

/** The first paragraph of a description, for people; nothing where it says no more than a label does. */
export function sentenceOf(description: string | undefined): string | null {
  const said = description?.split('\n\n')[0]?.replaceAll('`', '').replaceAll('\n', ' ') ?? ''
  return said.length < 18 || (said.length < 32 && said.toLowerCase().startsWith('what it is called')) ? null : said
}

const bare = (text: string) => text.replace(/[.。]$/, '').toLowerCase()

/** What stands under a control: the sentence in the reader's language, unless the label says it already. */
export function helpOf(description: string | undefined, label: string, help: Help): string | undefined {
  const sentence = sentenceOf(description)
  const said = sentence === null ? undefined : help ? help[sentence] : sentence
  return said && bare(said) !== bare(label) ? said : undefined
}

export function useFormatWords() {
  const { t } = useTranslation('format')
  return {
    property: (of: string, key: string) => t([`of.${of}.${key}`, `names.${key}`], { defaultValue: humanised(key) }),
    word: (of: string, key: string) => t([`words_of.${of}.${key}`, `words.${key}`, `of.${of}.${key}`, `names.${key}`], { defaultValue: humanised(key) }),
  }
}
