import { useQueryClient } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { setCsrf } from '@/api/client'
import { keys } from '@/api/keys'
import { NewPasswordFields, useNewPassword } from '@/features/sign-in/new-password'
import { Button } from '@/ui/button'
import { Dialog } from '@/ui/dialog'
import { useToast } from '@/ui/toast'

export function PasswordDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation()
  const toast = useToast()
  const client = useQueryClient()
  const form = useNewPassword((session) => {
    setCsrf(session.csrf)
    client.setQueryData(keys.session, session)
    toast.success(t('password.done'))
    onClose()
  })
  return (
    <Dialog open title={t('user.password')} onClose={onClose} width={400}>
      <form onSubmit={form.submit} style={{ display: 'grid', gap: 14 }}>
        <NewPasswordFields form={form} oldLabel={t('password.old')} />
        <div style={{ display: 'flex', gap: 8, justifyContent: 'flex-end' }}>
          <Button onClick={onClose}>{t('action.cancel')}</Button>
          <Button kind="primary" submit busy={form.busy}>{t('action.save')}</Button>
        </div>
      </form>
    </Dialog>
  )
}
