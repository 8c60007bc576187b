import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { Root } from '@/app/root'
import { startI18n } from '@/locales/i18n'
import '@/ui/base.css'

const place = document.getElementById('root')
if (place) {
  await startI18n()
  createRoot(place).render(<StrictMode><Root /></StrictMode>)
}
