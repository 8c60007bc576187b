/** The texts of all further pages in Simplified Chinese, one chunk. */
export const texts = import.meta.glob<Record<string, unknown>>(['./zh_hans/*.json', '!./zh_hans/{common,fields,home,list,sign_in}.json'], { eager: true, import: 'default' })
