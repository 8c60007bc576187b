// A signature with a decision: drawn with a finger, a pen or the mouse, or written as a name. Kept as a picture.
import { lazy, Suspense, useId } from 'react'
import { useTranslation } from 'react-i18next'
import { SkeletonRows } from '@/ui/skeleton'
import style from './approval.module.css'

const SignaturePad = lazy(() => import('@/fields/widgets/signature-pad'))

interface SignatureFieldProps {
  label: string
  required: boolean
  missing: boolean
  value: string[]
  onChange: (files: string[]) => void
}

export function SignatureField({ label, required, missing, value, onChange }: SignatureFieldProps) {
  const { t } = useTranslation('record')
  const id = useId()
  return (
    <div>
      <span className={style.label}>{label}{required && <i aria-hidden="true"> *</i>}</span>
      <Suspense fallback={<SkeletonRows rows={1} height={40} />}>
        <SignaturePad id={id} label={label} value={value} required={required} onChange={(next: string[] | null) => onChange(next ?? [])} {...(missing ? { describedBy: `${id}-error` } : {})} />
      </Suspense>
      {missing && <p id={`${id}-error`} className={style.error} role="alert">{t('approval.need_signature')}</p>}
    </div>
  )
}
