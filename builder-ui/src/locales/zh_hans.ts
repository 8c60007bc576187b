/** The texts of the first pages in Simplified Chinese, one chunk; the kit's own among them. */
export { default as kit } from 'antd/locale/zh_CN'
export const texts = import.meta.glob<Record<string, unknown>>('./zh_hans/{common,fields,home,list,sign_in}.json', { eager: true, import: 'default' })
