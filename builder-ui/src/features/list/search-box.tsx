import { useEffect, useRef, useState, type Ref } from 'react'
import { useTranslation } from 'react-i18next'
import { Icon } from '@/ui/icon'
import { TextInput } from '@/ui/text-input'
import style from './list-view.module.css'

interface SearchBoxProps {
  value: string
  onChange: (text: string) => void
  label: string
  ref?: Ref<HTMLInputElement>
}

/** Searches when typing pauses; the address follows. */
export function SearchBox({ value, onChange, label, ref }: SearchBoxProps) {
  const { t } = useTranslation()
  const [text, setText] = useState(value)
  const told = useRef(value)
  useEffect(() => {
    // The address changed from outside: back button, cleared filter.
    if (value !== told.current) {
      told.current = value
      setText(value)
    }
  }, [value])
  const latest = useRef(onChange)
  useEffect(() => {
    latest.current = onChange
  })
  useEffect(() => {
    if (text === told.current) return undefined
    const timer = setTimeout(() => {
      told.current = text.trim()
      latest.current(text.trim())
    }, 250)
    return () => clearTimeout(timer)
  }, [text])
  return <TextInput ref={ref} className={style.search ?? ''} label={label} placeholder={label} value={text} onChange={setText} prefix={<Icon name="search" />} clear={t('common:action.clear')} />
}
