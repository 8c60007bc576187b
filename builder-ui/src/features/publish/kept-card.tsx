/** Values of fields that were removed or are kept in another way since: how many, and the button that empties them for good. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { keys } from '@/api/keys'
import { purgeKept, readKept, type KeptAside } from '@/api/publish'
import { errorText } from '@/locales/i18n'
import { formatDate } from '@/model/format'
import { Button } from '@/ui/button'
import { Card } from '@/ui/card'
import { useConfirm } from '@/ui/confirm'
import { Notice } from '@/ui/notice'
import { useToast } from '@/ui/toast'
import style from './publish-page.module.css'

export default function KeptCard() {
  const { t, i18n } = useTranslation('publish')
  const client = useQueryClient()
  const confirm = useConfirm()
  const toast = useToast()
  const found = useQuery({ queryKey: keys.keptAside, queryFn: readKept })
  const number = (count: number) => count.toLocaleString(i18n.language.replace('zh_hans', 'zh'))
  const purge = useMutation({
    mutationFn: purgeKept,
    onSuccess: ({ emptied }) => toast.success(t('kept.done', { count: emptied, number: number(emptied) })),
    onError: (error) => toast.error(errorText(error, t)),
    onSettled: () => void client.invalidateQueries({ queryKey: keys.keptAside }),
  })
  const nameOf = (one: KeptAside) => [one.label, one.lines, one.field ?? t('kept.broken_off', { column: one.column })].filter(Boolean).join(' › ')
  const ask = async (one: KeptAside) => {
    const text = t('kept.text', { count: one.rows, number: number(one.rows), name: nameOf(one) })
    if (await confirm({ title: t('kept.title', { name: nameOf(one) }), text, action: t('kept.action'), cancel: t('common:action.cancel'), danger: true })) purge.mutate(one)
  }
  if (found.error) return <Card title={t('kept.heading')}><Notice kind="error">{errorText(found.error, t)}</Notice></Card>
  if (!found.data || found.data.kept.length === 0) return null
  return (
    <Card title={t('kept.heading')} flush>
      <p className={style.intro}>{t('kept.intro')}</p>
      <ul className={style.list}>
        {found.data.kept.map((one) => (
          <li key={`${one.entity} ${one.lines ?? ''} ${one.column}`} className={style.version}>
            <div className={style.entry}>
              <div className={style.what}>
                <p>{nameOf(one)}</p>
                <p className={style.note}>
                  {t('kept.rows', { count: one.rows, number: number(one.rows) })}
                  {' · '}
                  {one.emptied_on ? t('kept.until', { date: formatDate(one.emptied_on, i18n.language) }) : t('kept.for_good')}
                </p>
              </div>
              <div className={style.acts}>
                <Button size="small" kind="quiet" icon="delete" busy={purge.isPending && purge.variables === one} onClick={() => void ask(one)}>{t('kept.short')}</Button>
              </div>
            </div>
          </li>
        ))}
      </ul>
    </Card>
  )
}
