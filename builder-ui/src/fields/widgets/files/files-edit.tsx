// Files are brought: chosen, dropped, pasted, or taken with the camera of a phone. What is there can be opened, and taken
// away.
import './files.css'
import { type ClipboardEvent, useContext, useEffect, useEffectEvent, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { AppContext } from '@/api/app-context'
import { filesOf, PICTURES } from '@/model/files'
import type { EditProps } from '../../field-type'
import { Icon } from '@/ui/icon'
import { FileItems } from './file-items'
import { UploadItems } from './upload-items'
import { takeFiles, useUploads, withFile } from './uploads'
import { useDrop } from './use-drop'

/** Where the server does not say. */
const LARGEST = 25 << 20

export function FilesEdit({ pictures, ...props }: EditProps & { pictures: boolean }) {
  const { id, path, field, value, label, onChange, onUnreadable, onBlur } = props
  const { t } = useTranslation('fields')
  const largest = useContext(AppContext)?.model.largest_file ?? LARGEST
  const ids = filesOf(value)
  const most = Number(field.max ?? (pictures ? 1 : 50))
  const place = `${window.location.pathname}#${path}`
  const uploads = useUploads(place)
  const going = uploads.filter((one) => one.state !== 'failed').length
  const chooser = useRef<HTMLInputElement>(null)
  const camera = useRef<HTMLInputElement>(null)
  // Several files may arrive before this is drawn again.
  const latest = useRef(ids)
  useEffect(() => {
    latest.current = filesOf(value)
  }, [value])

  const put = (next: string[]): void => {
    latest.current = next
    onChange(next.length > 0 ? next : null)
  }
  const now = (): string[] => (props.read ? filesOf(props.read()) : latest.current)
  const take = (files: readonly File[]): void => {
    if (props.disabled || files.length === 0) return
    takeFiles(place, files, {
      most, largest, pictures, has: now().length,
      onDone: ({ id: file }) => put(most === 1 ? [file] : withFile(now(), file)),
    })
  }

  // A save would leave out what is still on its way.
  const hold = useEffectEvent((open: boolean) => onUnreadable?.(open ? { text: '', problem: 'uploading' } : null))
  useEffect(() => {
    hold(going > 0)
    // A new value takes the mark away, so it is set again.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [going, value])

  const { over, target } = useDrop(take, !props.disabled)
  const onPaste = (event: ClipboardEvent): void => {
    const files = [...event.clipboardData.files]
    if (files.length === 0) return
    event.preventDefault()
    event.stopPropagation()
    take(files)
  }
  const full = most > 1 && ids.length + going >= most
  const accept = pictures ? PICTURES.join(',') : undefined
  return (
    <div
      role="presentation"
      className={`pf-drop${over ? ' pf-drop-over' : ''}${props.invalid ? ' pf-drop-invalid' : ''}${props.disabled ? ' pf-drop-disabled' : ''}`}
      onPaste={onPaste}
      onBlur={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget)) onBlur?.()
      }}
      {...target}
    >
      <div className="pf-drop-in" role="group" aria-label={label} aria-describedby={props.describedBy}>
        {ids.length > 0 && (
          <FileItems
            ids={ids}
            tiles={pictures}
            label={label}
            onRemove={props.disabled ? undefined : (gone) => put(now().filter((one) => one !== gone))}
            onFirst={props.disabled ? undefined : (first) => put([first, ...now().filter((one) => one !== first)])}
          />
        )}
        <UploadItems uploads={uploads} />
        {!props.disabled && !full && (
          <div className="pf-bring">
            <button id={id} type="button" className="pf-choose" onClick={() => chooser.current?.click()}>
              <Icon name={pictures ? 'picture' : 'attachment'} size={15} />
              {t(pictures ? (most === 1 && ids.length > 0 ? 'file.replace' : 'file.choose_pictures') : 'file.choose')}
            </button>
            {pictures && (
              <button type="button" className="pf-choose pf-camera" onClick={() => camera.current?.click()}>
                <Icon name="camera" size={15} />
                {t('file.camera')}
              </button>
            )}
            <span className="pf-bring-hint"><span className="pf-bring-how">{t('file.hint')} · </span>{t('file.hint_size', { most: Math.floor(largest / (1 << 20)) })}</span>
            <input ref={chooser} type="file" hidden multiple={most > 1} accept={accept} data-files={path} onChange={(event) => take(emptied(event.currentTarget))} />
            {pictures && <input ref={camera} type="file" hidden accept="image/*" capture="environment" onChange={(event) => take(emptied(event.currentTarget))} />}
          </div>
        )}
      </div>
      {over && <div className="pf-drop-cover" aria-hidden="true"><Icon name="upload" size={22} />{t(full ? 'file.full' : 'file.drop')}</div>}
    </div>
  )
}

/** The files of a chooser, which is then ready for the same file again. */
function emptied(input: HTMLInputElement): File[] {
  const files = [...(input.files ?? [])]
  input.value = ''
  return files
}
