import { describe, expect, it } from 'vitest'
import type { Field } from '@/model/app'
import { addressLine } from './addresses'
import { barcode, checkDigit } from './barcode'
import { color } from './color'
import { countries, countryName, findCountry } from './countries'
import { geo } from './geo'
import { json } from './json'
import { rating } from './rating'
import { fromPlain, plainOf, readRich, writeRich } from './rich'
import { formatSpanOf, parseSpan } from './spans'
import { splitTags } from './tags'
import { parseTime } from './time'

const context = { language: 'en' }
const field = (more: Partial<Field>): Field => ({ name: 'f', type: 'text', label: 'F', required: false, unique: false, writable: true, server: false, ...more })
const hour = 3_600_000

describe('a span of time', () => {
  it.each([
    ['2d 4h 30m', 52.5 * hour], ['2d4h30m', 52.5 * hour], ['1.5h', 1.5 * hour], ['4:30', 4.5 * hour], ['2 days', 48 * hour],
    ['2天4小时', 52 * hour], ['-1h', -hour], ['3', 3 * hour],
  ])('is read from %s', (text, millis) => expect(parseSpan(text)).toBe(millis))
  it.each(['', 'soon', '2x', '4:75', '1 2', '3h 4', '.'])('is not read from “%s”', (text) => expect(parseSpan(text)).toBeNull())
  it('is written in both languages and read back', () => {
    expect(formatSpanOf(52.5 * hour, 'en')).toBe('2d 4h 30m')
    expect(formatSpanOf(52.5 * hour, 'zh_hans')).toBe('2天4小时30分钟')
    for (const millis of [0, 1000, 61_000, -1.5 * hour]) {
      expect([parseSpan(formatSpanOf(millis, 'en')), parseSpan(formatSpanOf(millis, 'zh'))]).toEqual([millis, millis])
    }
  })
})

describe('a time of day', () => {
  it.each([['8:30', '08:30'], ['0830', '08:30'], ['8.30', '08:30'], ['8:30 pm', '20:30'], ['12:05 am', '00:05'], ['下午2:15', '14:15'], ['9', '09:00'], ['08:30:15', '08:30:15']])(
    'is read from %s', (text, value) => expect(parseTime(text)).toEqual({ value }),
  )
  it.each(['25:00', '8:60', 'noon', '13 pm'])('is not read from %s', (text) => expect(parseTime(text)).toEqual({ problem: 'no_time' }))
})

describe('a bar code', () => {
  it('ends in the check digit of GS1', () => {
    for (const code of ['4006381333931', '6901234567892', '96385074', '036000291452']) expect(checkDigit(code)).toBe(code.at(-1))
  })
  it('tells which digit was expected, and how many', () => {
    const ean = field({ type: 'barcode', symbology: 'ean13' })
    expect(barcode.parse('400 6381-333931', ean, context)).toEqual({ value: '4006381333931' })
    expect(barcode.parse('4006381333932', ean, context)).toEqual({ problem: 'no_check_digit', values: { digit: '1' } })
    expect(barcode.parse('40063813339', ean, context)).toMatchObject({ problem: 'no_barcode_digits' })
    expect(barcode.parse('LOT-7/B', field({ type: 'barcode' }), context)).toEqual({ value: 'LOT-7/B' })
  })
})

describe('countries', () => {
  it('are named in the language of the reader', () => {
    expect([countryName('DE', 'en'), countryName('DE', 'zh_hans'), countryName('HK', 'zh_hans')]).toEqual(['Germany', '德国', '中国香港'])
    expect(countries('en')).toHaveLength(249)
  })
  it.each([['de', 'DE'], ['Germany', 'DE'], ['德国', 'DE'], ['Ｃｎ', 'CN']])('are found by %s', (text, code) => expect(findCountry(text)).toBe(code))
  it('are not guessed', () => expect(findCountry('Atlantis')).toBeUndefined())
})

it('an address is written as its country is used to', () => {
  expect(addressLine({ country: 'DE', city: 'Hamburg', street: 'Jungfernstieg 1', postal_code: '20095' }, 'en')).toBe('Jungfernstieg 1, 20095 Hamburg, Germany')
  expect(addressLine({ country: 'US', region: 'NY', city: 'New York', street: '5 Main St', postal_code: '10001' }, 'en')).toBe('5 Main St, New York, NY 10001, United States')
  expect(addressLine({ country: 'CN', region: '上海市', city: '上海市', street: '世纪大道100号', postal_code: '200120' }, 'zh_hans')).toBe('中国上海市世纪大道100号 200120')
})

it('a place is read with signs or letters of the quarter', () => {
  const place = (text: string) => geo.parse(text, field({ type: 'geo' }), context)
  expect(place('31.2304, 121.4737')).toEqual({ value: { latitude: '31.2304', longitude: '121.4737' } })
  expect(place('33.8568° S 151.2153° E')).toEqual({ value: { latitude: '-33.8568', longitude: '151.2153' } })
  expect(place('95, 10')).toEqual({ problem: 'no_geo' })
})

it('colours, stars, tags and JSON are read as people write them', () => {
  expect(color.parse('ABC', field({ type: 'color' }), context)).toEqual({ value: '#aabbcc' })
  expect(color.parse('url(x)', field({ type: 'color' }), context)).toEqual({ problem: 'no_color' })
  expect(rating.parse('★★★', field({ type: 'rating' }), context)).toEqual({ value: 3 })
  expect(rating.parse('6', field({ type: 'rating' }), context)).toMatchObject({ problem: 'no_rating' })
  expect(splitTags('Fair, vip；VIP、 展会 ')).toEqual(['Fair', 'vip', '展会'])
  expect(json.parse('{"a": [1]}', field({ type: 'json' }), context)).toEqual({ value: '{"a":[1]}' })
  expect(json.parse('5', field({ type: 'json' }), context)).toEqual({ problem: 'no_json' })
})

describe('rich text', () => {
  it('keeps the elements that the server keeps, and nothing that runs', () => {
    const kept = (html: string) => writeRich(readRich(html))
    expect(kept('<div><b onclick="x">Hi</b><script>alert(1)</script></div>')).toBe('<p><strong>Hi</strong></p>')
    expect(kept('<a href="javascript:alert(1)">x</a><img src=x onerror=alert(1)>')).toBe('<a>x</a>')
    expect(kept('<a href="https://e.example/?a=1&amp;b=2">x</a>')).toBe('<a href="https://e.example/?a=1&amp;b=2">x</a>')
    expect(kept('1 &lt; 2')).toBe('1 &lt; 2')
  })
  it('is told line by line', () => {
    expect(plainOf(readRich('<p>One <em>two</em></p><ul><li>three</li><li>four</li></ul>'))).toBe('One two\nthree\nfour')
    expect(fromPlain('a < b\n\nc')).toBe('<p>a &lt; b</p><p>c</p>')
  })
})
