/** Apps that many firms need, small enough to be understood at a glance and changed at will. */
import type { LanguageCode } from '@/model/app'
import type { AppField, AppSpec, AppStep, Label } from './make-app'

/** English first. */
type Two = [string, string]
const said = ([en, zh]: Two, language: LanguageCode): Label => (language === 'zh_hans' ? { label: zh, other: en } : { label: en, other: zh })

interface TemplateField extends Omit<AppField, 'label' | 'other' | 'options' | 'fields'> {
  name: string
  two: Two
  options?: [...Two, NonNullable<AppField['options']>[number]['color']?][]
  fields?: TemplateField[]
}

interface Template {
  key: string
  icon: string
  two: Two
  about: Two
  approval: boolean
  fields: TemplateField[]
  steps?: (Omit<AppStep, 'label' | 'by'> & { two: Two; by: { name: string; two: Two } })[]
}

export const templates: readonly Template[] = [
  {
    key: 'leave', icon: 'calendar', two: ['Leave request', '请假申请'], about: ['Days off with the manager’s approval; days are counted.', '请假由直属上级审批，自动计算天数。'], approval: true,
    fields: [
      { name: 'leave_type', type: 'choice', two: ['Kind', '请假类型'], required: true, options: [['Annual leave', '年假', 'green'], ['Sick leave', '病假', 'amber'], ['Personal leave', '事假', 'blue'], ['Unpaid leave', '无薪假', 'grey']] },
      { name: 'from_date', type: 'date', two: ['First day', '开始日期'], required: true },
      { name: 'to_date', type: 'date', two: ['Last day', '结束日期'], required: true },
      { name: 'days', type: 'decimal', two: ['Days', '天数'], formula: 'days_between(from_date, to_date) + 1', scale: 1 },
      { name: 'reason', type: 'long_text', two: ['Reason', '事由'] },
    ],
  },
  {
    key: 'expense', icon: 'money', two: ['Expense claim', '费用报销'], about: ['Receipts line by line, summed up, approved by the manager.', '逐笔填写费用，自动合计，由直属上级审批。'], approval: true,
    fields: [
      { name: 'purpose', type: 'text', two: ['What for', '报销事由'], required: true },
      {
        name: 'items', type: 'lines', two: ['Expenses', '费用明细'], fields: [
          { name: 'spent_on', type: 'date', two: ['Date', '日期'], required: true },
          { name: 'expense_kind', type: 'choice', two: ['Kind', '费用类型'], required: true, options: [['Travel', '差旅'], ['Meals', '餐饮'], ['Office', '办公'], ['Other', '其他']] },
          { name: 'note', type: 'text', two: ['Note', '说明'] },
          { name: 'amount', type: 'decimal', two: ['Amount', '金额'], required: true, scale: 2 },
        ],
      },
      { name: 'total', type: 'decimal', two: ['Total', '合计'], formula: 'sum(items.amount)', scale: 2 },
      { name: 'receipts', type: 'attachment', two: ['Receipts', '票据'] },
    ],
  },
  {
    key: 'reception', icon: 'people', two: ['Reception of guests', '接待申请'], about: ['Who comes when, what it costs, approved by the manager.', '登记来访客人、时间与预算，由直属上级审批。'], approval: true,
    fields: [
      { name: 'guests', type: 'text', two: ['Guests', '来宾单位'], required: true },
      { name: 'visit_on', type: 'date', two: ['Day', '来访日期'], required: true },
      { name: 'head_count', type: 'integer', two: ['How many', '人数'] },
      { name: 'reception_level', type: 'choice', two: ['Kind', '接待规格'], options: [['Ordinary', '普通'], ['Important', '重要', 'amber'], ['VIP', '贵宾', 'red']] },
      { name: 'budget', type: 'decimal', two: ['Budget', '预算'], scale: 2 },
      { name: 'plan', type: 'long_text', two: ['What is needed', '安排与要求'] },
    ],
  },
  {
    key: 'help_desk', icon: 'help', two: ['Help desk', '服务台'], about: ['Questions and faults from open to solved; no approval.', '问题与故障从提出到解决的跟踪，无需审批。'], approval: false,
    fields: [
      { name: 'subject', type: 'text', two: ['What is wrong', '问题'], required: true },
      { name: 'category', type: 'choice', two: ['Kind', '类别'], options: [['Computer', '电脑'], ['Network', '网络'], ['Account', '账号'], ['Other', '其他']] },
      { name: 'priority', type: 'choice', two: ['How urgent', '紧急程度'], options: [['Low', '低', 'grey'], ['Normal', '普通', 'blue'], ['Urgent', '紧急', 'red']] },
      { name: 'assignee', type: 'user', two: ['Who looks after it', '处理人'] },
      { name: 'description', type: 'long_text', two: ['Description', '详细描述'] },
      { name: 'solution', type: 'long_text', two: ['Solution', '解决办法'] },
    ],
    steps: [
      { name: 'open', two: ['Open', '待处理'], color: 'amber', by: { name: 'reopen', two: ['Open again', '重新打开'] } },
      { name: 'in_progress', two: ['In progress', '处理中'], color: 'blue', by: { name: 'begin', two: ['Begin', '开始处理'] } },
      { name: 'solved', two: ['Solved', '已解决'], color: 'green', by: { name: 'solve', two: ['Solve', '解决'] } },
    ],
  },
]

function field({ two, options, fields, ...rest }: TemplateField, language: LanguageCode): AppField {
  return {
    ...rest, ...said(two, language),
    ...(options ? { options: options.map(([en, zh, color]) => ({ ...said([en, zh], language), ...(color ? { color } : {}) })) } : {}),
    ...(fields ? { fields: fields.map((one) => field(one, language)) } : {}),
  }
}

/** A template as a spec that can still be changed. */
export function specOf({ two, icon, approval, fields, steps }: Template, language: LanguageCode): Omit<AppSpec, 'roles' | 'full'> {
  return {
    ...said(two, language), icon, approval, fields: fields.map((one) => field(one, language)),
    ...(steps ? { steps: steps.map(({ two: label, by, ...step }) => ({ ...step, ...said(label, language), by: { name: by.name, ...said(by.two, language) } })) } : {}),
  }
}

export const aboutOf = ({ about }: Template, language: LanguageCode): string => said(about, language).label
export const titleOf = ({ two }: Template, language: LanguageCode): string => said(two, language).label
