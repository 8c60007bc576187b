import { describe, expect, it } from 'vitest'
import { parseBlock, writeBlock } from './clipboard'

describe('a block from a spreadsheet', () => {
  it('is cut into rows and cells, with or without a last line end', () => {
    expect(parseBlock('A\t1\r\nB\t2\r\n')).toEqual([['A', '1'], ['B', '2']])
    expect(parseBlock('A\t1\nB\t2')).toEqual([['A', '1'], ['B', '2']])
  })

  it('keeps empty cells and empty rows', () => {
    expect(parseBlock('A\t\t3\n\nB')).toEqual([['A', '', '3'], [''], ['B']])
    expect(parseBlock('A\t')).toEqual([['A', '']])
  })

  it('understands quoted cells with tabs, line ends and quotes in them', () => {
    expect(parseBlock('"two\nlines"\t"a ""b"" c"\tx')).toEqual([['two\nlines', 'a "b" c', 'x']])
  })

  it('leaves an inch sign alone', () => {
    expect(parseBlock('5" pipe\t2\n"6 inch\t3')).toEqual([['5" pipe', '2'], ['"6 inch', '3']])
  })

  it('comes back as it went', () => {
    const rows = [['a\tb', 'c"d'], ['two\nlines', '']]
    expect(parseBlock(writeBlock(rows))).toEqual(rows)
  })
})
