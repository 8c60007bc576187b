/** A notice in the reader's words; what the server notes is only what happened. */
import type { TFunction } from 'i18next'
import type { Notification } from '@/api/notifications'
import { formatAgo, formatDate } from '@/model/format'

/** Mentions travel as `@[name](id)`. */
const plain = (text: string) => text.replace(/@\[([^\]]*)\]\([^)]*\)/g, '@$1')

export function noticeText({ kind, about }: Notification, t: TFunction, language: string): string {
  const reason = about.reason ? t('notifications.text.quoted', { text: plain(about.reason) }) : ''
  const name = about.by_name ?? ''
  switch (kind) {
    case 'task':
      // Only what was handed over says why.
      return about.reason === undefined
        ? t('notifications.text.task', { name: about.initiator_name ?? name, label: about.label })
        : t('notifications.text.transfer', { name, label: about.label }) + reason
    case 'returned':
      return name ? t('notifications.text.returned', { name }) + reason : t('notifications.text.returned_late')
    case 'reminder':
      return t('notifications.text.reminder', { label: about.label, when: formatAgo(about.due_at ?? '', language) })
    case 'overdue':
      return about.act === 'notify' ? t('notifications.text.overdue', { name: about.assignee_name ?? '', label: about.label }) : t(`notifications.text.overdue_${about.act}`, { label: about.label, defaultValue: plain(about.message ?? '') })
    case 'decided':
      return t('notifications.text.decided', { outcome: about.outcome_label ?? t(`home:result.${about.outcome}`, { defaultValue: about.outcome }) })
    case 'mention':
      return t('notifications.text.mention', { name }) + t('notifications.text.quoted', { text: plain(about.message ?? '') })
    case 'mail_bounced':
      return t('notifications.text.mail_bounced', { person: about.person_name ?? '', address: about.address ?? '' })
    case 'kept_aside':
      return t('notifications.text.kept_aside', { fields: about.fields ?? '', date: formatDate(about.on, language) })
    case 'incident':
      return t('notifications.text.incident', { kind: t(`work.${about.kind}`, { defaultValue: about.kind }) })
    case 'draft_proposed':
    case 'draft_given_back':
    case 'draft_comment':
    case 'draft_published':
      return t(`notifications.text.${kind}`, { name }) + reason
    default:
      return plain(about.message ?? '')
  }
}

/** What kind of thing it is, for its sign. */
export function noticeSign({ kind, about }: Notification): string {
  return kind === 'decided' ? (about.outcome ?? kind) : kind
}
