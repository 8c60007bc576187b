/** What every app says in both languages. */
import type { LanguageCode } from '@/model/app'
import type { Surroundings } from './make-app'

const both: Record<keyof Surroundings['words'], [string, string]> = {
  draft: ['Draft', '草稿'], approving: ['In approval', '审批中'], approved: ['Approved', '已批准'], rejected: ['Rejected', '已拒绝'], submit: ['Submit', '提交'],
  approval: ['Approval', '审批'], manager: ['Manager', '直属上级审批'], owner: ['Owner', '申请人'], department: ['Department', '部门'], menu: ['Apps', '应用'],
  level: ['Level', '级别'], high: ['More than 10,000', '超过 10,000'],
}

export function words(language: LanguageCode): Surroundings['words'] {
  const said = ([en, zh]: [string, string]) => (language === 'zh_hans' ? { label: zh, other: en } : { label: en, other: zh })
  return Object.fromEntries(Object.entries(both).map(([key, two]) => [key, said(two)])) as Surroundings['words']
}
