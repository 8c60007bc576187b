// Files that are dragged over a place and dropped there. Where no place takes them, the browser would leave the page to
// show them: that is kept from it.
import { type DragEvent, useEffect, useRef, useState } from 'react'

const hasFiles = (event: { dataTransfer: DataTransfer | null }): boolean => event.dataTransfer?.types.includes('Files') ?? false

export function useDrop(onFiles: (files: File[]) => void, open: boolean) {
  const [over, setOver] = useState(false)
  const depth = useRef(0)

  useEffect(() => {
    if (!open) return
    const keep = (event: globalThis.DragEvent): void => {
      if (!hasFiles(event) || event.defaultPrevented) return
      event.preventDefault()
      if (event.dataTransfer) event.dataTransfer.dropEffect = 'none'
    }
    window.addEventListener('dragover', keep)
    window.addEventListener('drop', keep)
    return () => {
      window.removeEventListener('dragover', keep)
      window.removeEventListener('drop', keep)
    }
  }, [open])

  if (!open) return { over: false, target: {} }
  const end = (): void => {
    depth.current = 0
    setOver(false)
  }
  return {
    over,
    target: {
      onDragEnter(event: DragEvent) {
        if (!hasFiles(event)) return
        event.preventDefault()
        // Children are entered and left too.
        depth.current += 1
        setOver(true)
      },
      onDragLeave() {
        depth.current -= 1
        if (depth.current <= 0) end()
      },
      onDragOver(event: DragEvent) {
        if (!hasFiles(event)) return
        event.preventDefault()
        event.dataTransfer.dropEffect = 'copy'
      },
      onDrop(event: DragEvent) {
        if (!hasFiles(event)) return
        event.preventDefault()
        end()
        onFiles([...event.dataTransfer.files])
      },
    },
  }
}
