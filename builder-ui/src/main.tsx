import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { startI18n } from '@/app/i18n'

const root = document.getElementById('root')
if (root) {
  await startI18n()
  createRoot(root).render(<StrictMode><p>Portolan</p></StrictMode>)
}
