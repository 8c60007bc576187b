/** What properties and words of the format are called in the reader's language. */
import { useTranslation } from 'react-i18next'
import { humanised } from '../form/use-design'

export function useFormatWords() {
  const { t, i18n } = useTranslation('format')
  return {
    property: (of: string, key: string) => t([`of.${of}.${key}`, `names.${key}`], { defaultValue: humanised(key) }),
    word: (of: string, key: string) => t([`words_of.${of}.${key}`, `words.${key}`, `of.${of}.${key}`, `names.${key}`], { defaultValue: humanised(key) }),
    /** The format explains itself in its own language alone; what the label says already is not said again. */
    help: (text: string | undefined, label: string) => {
      const said = i18n.language === 'en' ? text?.split('\n\n')[0]?.replaceAll('`', '').replaceAll('\n', ' ') : undefined
      return said && !(said.length < 32 && said.toLowerCase().startsWith('what it is called')) && said.replace(/\.$/, '').toLowerCase() !== label.toLowerCase() ? said : undefined
    },
  }
}
