/** All texts in Simplified Chinese, one chunk; the kit's own among them. */
export { default as kit } from 'antd/locale/zh_CN'
export const texts = import.meta.glob<Record<string, unknown>>('./zh_hans/*.json', { eager: true, import: 'default' })
