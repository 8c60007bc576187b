/** A password, hidden until one wants to see what one typed. */
import { Eye, EyeOff } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { TextInput, type TextInputProps } from './text-input'

export function PasswordInput(props: Omit<TextInputProps, 'type' | 'suffix'>) {
  const { t } = useTranslation()
  const [shown, setShown] = useState(false)
  const Drawing = shown ? EyeOff : Eye
  return (
    <TextInput
      {...props}
      type={shown ? 'text' : 'password'}
      suffix={(
        <button type="button" className="pf-icon pf-stay" aria-label={t('password.show')} aria-pressed={shown} onClick={() => setShown(!shown)}>
          <Drawing size={16} strokeWidth={1.75} aria-hidden focusable={false} />
        </button>
      )}
    />
  )
}
