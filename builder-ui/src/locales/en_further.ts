/** The texts of all further pages in English, one chunk. */
export const texts = import.meta.glob<Record<string, unknown>>(['./en/*.json', '!./en/{common,fields,home,list,sign_in}.json'], { eager: true, import: 'default' })
