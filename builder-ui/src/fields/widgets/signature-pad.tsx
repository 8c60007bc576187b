// A pad to sign on. The drawing is uploaded as a picture when one takes it over.
import '../fields.css'
import { type PointerEvent, useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { sendFile } from '@/api/files'
import { filesOf } from '@/model/files'
import { FilesShow } from './files/files-show'

interface SignaturePadProps {
  id: string
  label: string
  value: unknown
  required?: boolean
  disabled?: boolean
  describedBy?: string
  onChange: (value: string[] | null) => void
  onBlur?: () => void
}

export default function SignaturePad(props: SignaturePadProps) {
  const { t } = useTranslation('fields')
  const [signing, setSigning] = useState(false)
  const signed = filesOf(props.value).length > 0
  if (signing) return <Pad label={props.label} onDone={(id) => { setSigning(false); if (id !== null) props.onChange([id]); props.onBlur?.() }} />
  return (
    <div id={props.id} role="group" aria-label={props.label} aria-describedby={props.describedBy} className="pf-signature">
      {signed && <FilesShow value={props.value} label={props.label} pictures />}
      {!props.disabled && (
        <span className="pf-signature-acts">
          <button type="button" className="pf-button" onClick={() => setSigning(true)}>{t(signed ? 'signature.again' : 'signature.sign')}</button>
          {signed && !props.required && <button type="button" className="pf-link" onClick={() => props.onChange(null)}>{t('clear_short')}</button>}
        </span>
      )}
    </div>
  )
}

function Pad({ label, onDone }: { label: string; onDone: (id: string | null) => void }) {
  const { t } = useTranslation('fields')
  const pad = useRef<HTMLCanvasElement>(null)
  const last = useRef<{ x: number; y: number } | null>(null)
  const [drawn, setDrawn] = useState(false)
  const [name, setName] = useState('')
  const [state, setState] = useState<'idle' | 'sending' | 'failed'>('idle')

  // As many dots as the screen has, so that the line is smooth.
  useEffect(() => {
    const canvas = pad.current
    if (!canvas) return
    const ratio = Math.min(window.devicePixelRatio || 1, 3)
    const box = canvas.getBoundingClientRect()
    canvas.width = Math.round(box.width * ratio)
    canvas.height = Math.round(box.height * ratio)
    const pen = canvas.getContext('2d')
    if (!pen) return
    pen.scale(ratio, ratio)
    pen.lineWidth = 2.2
    pen.lineCap = 'round'
    pen.lineJoin = 'round'
    pen.strokeStyle = '#12263a'
  }, [])

  const at = (event: PointerEvent): { x: number; y: number } => {
    const box = event.currentTarget.getBoundingClientRect()
    return { x: event.clientX - box.left, y: event.clientY - box.top }
  }
  const draw = (event: PointerEvent): void => {
    const pen = pad.current?.getContext('2d')
    if (!pen || last.current === null) return
    const next = at(event)
    pen.beginPath()
    pen.moveTo(last.current.x, last.current.y)
    pen.lineTo(next.x, next.y)
    pen.stroke()
    last.current = next
    setDrawn(true)
  }
  const wipe = (): void => {
    const canvas = pad.current
    canvas?.getContext('2d')?.clearRect(0, 0, canvas.width, canvas.height)
  }
  const clear = (): void => {
    wipe()
    setName('')
    setDrawn(false)
  }
  /** For those who cannot draw: the name as it is written, set on the line. */
  const write = (text: string): void => {
    setName(text)
    wipe()
    setDrawn(text.trim() !== '')
    const pen = pad.current?.getContext('2d')
    const box = pad.current?.getBoundingClientRect()
    if (!pen || !box) return
    const most = box.width - 48
    let size = 44
    do pen.font = `italic ${size}px 'Brush Script MT', 'Segoe Script', 'Snell Roundhand', 'STXingkai', 'KaiTi', 'Kaiti SC', cursive`
    while (pen.measureText(text).width > most && (size -= 2) > 12)
    pen.fillStyle = '#12263a'
    pen.textAlign = 'center'
    pen.textBaseline = 'alphabetic'
    pen.fillText(text, box.width / 2, 122)
  }
  const take = async (): Promise<void> => {
    setState('sending')
    const picture = await new Promise<Blob | null>((done) => { if (pad.current) pad.current.toBlob(done, 'image/png'); else done(null) })
    try {
      if (picture === null) throw new Error('no picture')
      const file = await sendFile(new File([picture], 'signature.png', { type: 'image/png' }), () => undefined).done
      onDone(file.id)
    } catch {
      setState('failed')
    }
  }
  return (
    <div className="pf-pad">
      <canvas
        ref={pad}
        role="img"
        aria-label={t('signature.pad', { label })}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId)
          if (name !== '') clear()
          last.current = at(event)
          draw(event)
        }}
        onPointerMove={draw}
        onPointerUp={() => { last.current = null }}
        onPointerCancel={() => { last.current = null }}
      />
      <span className="pf-pad-line" aria-hidden="true" />
      <label className="pf-pad-name">
        <span>{t('signature.name')}</span>
        <input className="pf-pad-text" type="text" autoComplete="off" maxLength={40} value={name} onChange={(event) => write(event.target.value)} />
      </label>
      {state === 'failed' && <p role="alert" className="pf-pad-note">{t('problem.upload_failed')}</p>}
      <span className="pf-signature-acts">
        <button type="button" className="pf-button pf-main" disabled={!drawn || state === 'sending'} onClick={() => void take()}>{t('signature.take')}</button>
        <button type="button" className="pf-link" disabled={!drawn} onClick={clear}>{t('clear_short')}</button>
        <button type="button" className="pf-link" onClick={() => onDone(null)}>{t('signature.cancel')}</button>
      </span>
    </div>
  )
}
