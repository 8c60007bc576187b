// Blocks of cells as spreadsheets put them on the clipboard: tabs between cells, line ends between rows, quotes
// around cells that contain either.

/** Cuts the text into rows of cells. */
export function parseBlock(text: string): string[][] {
  const rows: string[][] = []
  let row: string[] = []
  let cell = ''
  let quoted = false
  const source = text.replace(/\r\n?/g, '\n')
  for (let index = 0; index < source.length; index += 1) {
    const char = source[index] ?? ''
    if (quoted) {
      if (char !== '"') cell += char
      else if (source[index + 1] === '"') {
        cell += '"'
        index += 1
      } else quoted = false
    } else if (char === '"' && cell === '' && closes(source, index)) quoted = true
    else if (char === '\t') {
      row.push(cell)
      cell = ''
    } else if (char === '\n') {
      row.push(cell)
      rows.push(row)
      row = []
      cell = ''
    } else cell += char
  }
  if (cell !== '' || row.length > 0) rows.push([...row, cell])
  return rows
}

/** Whether a quote at the start of a cell is one of a pair around it: 5" pipe is not quoted, `"5"" pipe"` is. */
function closes(source: string, start: number): boolean {
  for (let index = start + 1; index < source.length; index += 1) {
    if (source[index] !== '"') continue
    if (source[index + 1] === '"') index += 1
    else return index + 1 === source.length || source[index + 1] === '\t' || source[index + 1] === '\n'
  }
  return false
}

/** The cells as text for the clipboard. */
export function writeBlock(rows: readonly (readonly string[])[]): string {
  return rows
    .map((row) => row.map((cell) => (/[\t\n"]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)).join('\t'))
    .join('\n')
}
