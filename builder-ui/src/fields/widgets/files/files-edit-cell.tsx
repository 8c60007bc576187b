// Files of a cell of the grid: the cell shows them in small, a box under it takes and removes them.
import { useEffect, useRef } from 'react'
import type { EditProps } from '../../field-type'
import { Popup } from '../popup'
import { FileCell } from './file-cell'
import { FilesEdit } from './files-edit'

const WIDTH = 340

export function FilesEditCell(props: EditProps & { pictures: boolean }) {
  const cell = useRef<HTMLSpanElement>(null)
  const box = useRef<HTMLDivElement>(null)
  // The box is drawn a moment after the cell; then it takes the focus.
  useEffect(() => {
    const wait = setInterval(() => {
      const first = box.current?.querySelector<HTMLElement>('button, a')
      if (!first) return
      clearInterval(wait)
      first.focus()
    }, 20)
    return () => clearInterval(wait)
  }, [])
  return (
    <span ref={cell} className="pf-file-anchor">
      <FileCell value={props.value} pictures={props.pictures} />
      <Popup anchor={cell} minWidth={WIDTH}>
        <div
          ref={box}
          role="presentation"
          className="pf-file-box"
          // The grid would take the keys for itself; only Escape is its own.
          onKeyDown={(event) => {
            if (event.key !== 'Escape') event.stopPropagation()
          }}
          onMouseDown={(event) => event.stopPropagation()}
        >
          <FilesEdit {...props} />
        </div>
      </Popup>
    </span>
  )
}
