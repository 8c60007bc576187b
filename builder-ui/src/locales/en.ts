/** The English texts of the first pages, one chunk. */
export const texts = import.meta.glob<Record<string, unknown>>('./en/{common,fields,home,list,sign_in}.json', { eager: true, import: 'default' })
