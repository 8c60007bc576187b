import { act, fireEvent, render, screen, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { useState } from 'react'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { attachment } from '@/fields/attachment'
import { image } from '@/fields/image'
import { FieldValue } from '@/fields/field-value'
import type { Field, FieldType } from '@/model/app'
import { learnFiles } from '@/model/files'
import type { Scalar } from '@/model/record'
import { fakeUploads, sent } from '@/test/fake-uploads'
import { speakEnglish } from '@/test/render'

const field = (type: FieldType, max?: number): Field =>
  ({ name: 'papers', type, label: 'Papers', required: false, unique: false, writable: true, server: false, ...(max === undefined ? {} : { max }) })

let place = 0
const held = vi.fn()

/** A field in a form of its own; tells its value below. */
function Form({ of, first = null }: { of: Field; first?: Scalar }) {
  const [value, setValue] = useState<Scalar>(first)
  const { Edit } = of.type === 'image' ? image : attachment
  return (
    <>
      <Edit id="at-papers" path={`papers${place}`} field={of} value={value} onChange={setValue} onUnreadable={held} label="Papers" context={{ language: 'en' }} />
      <output>{JSON.stringify(value)}</output>
    </>
  )
}

const value = (): unknown => JSON.parse(screen.getByRole('status').textContent ?? 'null')
const make = (name: string, type = 'application/pdf', size = 10): File => new File([new Uint8Array(size)], name, { type })
const chooser = (): HTMLInputElement => document.querySelector<HTMLInputElement>('input[data-files]')!
const choose = (...files: File[]) => fireEvent.change(chooser(), { target: { files } })
/** What follows from it has happened, too. */
const settle = (work: () => void) =>
  act(async () => {
    work()
    await new Promise((done) => setTimeout(done))
  })

beforeEach(async () => {
  place += 1
  held.mockClear()
  fakeUploads()
  await speakEnglish()
})

// What a test leaves on its way would take the place of the next one's.
afterEach(() => settle(() => { for (const one of sent) one.lose() }))

describe('a field of files', () => {
  it('takes several at once, a few at a time, and keeps them in the order in which they were chosen', async () => {
    render(<Form of={field('attachment')} />)
    choose(make('a.pdf'), make('合同 b.pdf'), make('c.pdf'), make('d.pdf'))
    expect(sent.map((one) => one.file?.name)).toEqual(['a.pdf', '合同 b.pdf', 'c.pdf'])
    await settle(() => sent[0]?.gone(5))
    expect(screen.getByRole('progressbar', { name: 'Upload of a.pdf' })).toHaveAttribute('aria-valuenow', '5')
    await settle(() => sent[1]?.done('b'))
    expect(sent.map((one) => one.file?.name)).toContain('d.pdf')
    await settle(() => { for (const one of sent) if (one.file?.name !== '合同 b.pdf') one.done(one.file?.name[0] ?? '') })
    expect(value()).toEqual(['a', 'b', 'c', 'd'])
    expect(screen.getByRole('link', { name: /^合同 b\.pdf/ })).toHaveAttribute('href', '/api/files/b')
    expect(screen.queryByRole('progressbar')).toBeNull()
  })

  it('holds a save back while something is on its way', async () => {
    render(<Form of={field('attachment')} />)
    choose(make('a.pdf'))
    expect(held).toHaveBeenLastCalledWith({ text: '', problem: 'uploading' })
    await settle(() => sent[0]?.done('a'))
    expect(held).toHaveBeenLastCalledWith(null)
  })

  it('tells at the file what cannot be sent, and sends the others', () => {
    render(<Form of={field('attachment', 2)} />)
    choose(make('huge.zip', 'application/zip', 26 << 20), make('empty.txt', 'text/plain', 0), make('a.pdf'), make('b.pdf'), make('c.pdf'))
    expect(sent.map((one) => one.file?.name)).toEqual(['a.pdf', 'b.pdf'])
    expect(screen.getByText('Larger than 25 MB')).toBeInTheDocument()
    expect(screen.getByText('The file is empty, or a folder')).toBeInTheDocument()
    expect(screen.getByText('No more than 2 files fit here')).toBeInTheDocument()
  })

  it('lets one try again, cancel, and forget', async () => {
    const user = userEvent.setup()
    render(<Form of={field('attachment')} />)
    choose(make('a.pdf'), make('b.pdf'), make('c.pdf'))
    await settle(() => sent[0]?.lose())
    await settle(() => sent[1]?.refuse(413, 'too_large'))
    expect(screen.getByText('The server could not be reached')).toBeInTheDocument()
    expect(screen.queryByRole('button', { name: 'Upload b.pdf again' })).toBeNull()
    await user.click(screen.getByRole('button', { name: 'Upload a.pdf again' }))
    await settle(() => sent[3]?.done('a'))
    await user.click(screen.getByRole('button', { name: 'Forget b.pdf' }))
    await user.click(screen.getByRole('button', { name: 'Cancel the upload of c.pdf' }))
    expect(sent[2]?.aborted).toBe(true)
    expect(value()).toEqual(['a'])
    expect(screen.queryByText('c.pdf')).toBeNull()
  })

  it('takes what is dropped and what is pasted', async () => {
    render(<Form of={field('attachment')} />)
    const group = screen.getByRole('group', { name: 'Papers' })
    const carried = (...files: File[]) => ({ dataTransfer: { files, types: ['Files'] } })
    fireEvent.dragEnter(group, carried())
    expect(screen.getByText('Drop to attach')).toBeInTheDocument()
    fireEvent.drop(group, carried(make('dropped.pdf')))
    expect(screen.queryByText('Drop to attach')).toBeNull()
    fireEvent.paste(group, { clipboardData: { files: [make('pasted.png', 'image/png')] } })
    expect(sent.map((one) => one.file?.name)).toEqual(['dropped.pdf', 'pasted.png'])
  })

  it('lets files be taken away, by name', async () => {
    learnFiles({ k1: { id: 'k1', name: 'kept.txt', size: 2048, type: 'text/plain', thumbnail: false }, k2: { id: 'k2', name: 'gone.pdf', size: 1, type: 'application/pdf', thumbnail: false } })
    const user = userEvent.setup()
    render(<Form of={field('attachment')} first={['k1', 'k2']} />)
    expect(screen.getByText('2 KB')).toBeInTheDocument()
    await user.click(screen.getByRole('button', { name: 'Remove gone.pdf' }))
    expect(value()).toEqual(['k1'])
    await user.click(screen.getByRole('button', { name: 'Remove kept.txt' }))
    expect(value()).toBeNull()
  })
})

describe('a field of pictures', () => {
  it('takes no other files, and a single one takes the place of the one before', async () => {
    render(<Form of={field('image')} first={['old']} />)
    choose(make('a.svg', 'image/svg+xml'))
    expect(sent).toEqual([])
    expect(screen.getByText('Expected a picture: PNG, JPEG, WebP or GIF')).toBeInTheDocument()
    expect(chooser().accept).toBe('image/png,image/jpeg,image/webp,image/gif')
    choose(make('new.png', 'image/png'))
    await settle(() => sent[0]?.done('new'))
    expect(value()).toEqual(['new'])
  })

  it('shows them in large, one after the other, and lets one be the first', async () => {
    const user = userEvent.setup()
    const picture = (id: string) => ({ id, name: `${id}.png`, size: 10, type: 'image/png', thumbnail: true })
    learnFiles({ p1: picture('p1'), p2: picture('p2') })
    render(<Form of={field('image', 4)} first={['p1', 'p2']} />)
    await user.click(screen.getByRole('button', { name: 'p1.png' }))
    const large = await screen.findByRole('dialog')
    expect(within(large).getByRole('img', { name: 'p1.png' })).toHaveAttribute('src', '/api/files/p1')
    await user.keyboard('{ArrowRight}')
    expect(within(large).getByRole('img', { name: 'p2.png' })).toBeInTheDocument()
    expect(within(large).getByText('2 of 2')).toBeInTheDocument()
    await user.keyboard('{Escape}')
    await user.click(screen.getByRole('button', { name: 'Put p2.png first', hidden: true }))
    expect(value()).toEqual(['p2', 'p1'])
  })
})

describe('files that are only shown', () => {
  it('can be opened but not changed, and in a cell are counted', () => {
    learnFiles({ s1: { id: 's1', name: 'list.xlsx', size: 10, type: 'application/zip', thumbnail: false }, s2: { id: 's2', name: 'old.pdf', size: 10, type: 'application/pdf', thumbnail: false, gone: true } })
    const { rerender } = render(<FieldValue value={['s1', 's2']} field={field('attachment')} context={{ language: 'en' }} />)
    expect(screen.getByRole('link', { name: 'Download list.xlsx' })).toHaveAttribute('href', '/api/files/s1?download=1')
    expect(screen.queryByRole('button')).toBeNull()
    expect(screen.getByText('This file was removed')).toBeInTheDocument()
    rerender(<FieldValue value={['s1', 's2']} field={field('attachment')} context={{ language: 'en' }} compact />)
    expect(screen.getByText('2 files')).toBeInTheDocument()
    expect(attachment.format(['s1', 's2'], field('attachment'), { language: 'en' })).toBe('list.xlsx, old.pdf')
  })
})
