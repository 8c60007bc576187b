/** All texts in Simplified Chinese, one chunk. */
export const texts = import.meta.glob<Record<string, unknown>>('./zh_hans/*.json', { eager: true, import: 'default' })
