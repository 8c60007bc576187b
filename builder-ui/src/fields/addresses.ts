// An address on one line, as its country is used to; `engine/kernel/src/field/address.rs` writes the same.
import type { Parts } from '@/model/record'
import { countryName } from './countries'

export const addressParts = ['country', 'region', 'city', 'street', 'postal_code'] as const

const FROM_LARGE: ReadonlySet<string> = new Set(['CN', 'HK', 'MO', 'TW', 'JP', 'KR'])
const STATE_AND_CODE: ReadonlySet<string> = new Set(['US', 'CA', 'AU'])
const CODE_AFTER: ReadonlySet<string> = new Set(['GB', 'IE', 'IN', 'SG', 'NZ', 'ZA', 'CN', 'HK', 'MO', 'TW', 'JP', 'KR', ''])

const join = (parts: (string | undefined)[], between: string): string => parts.filter(Boolean).join(between)

export function addressLine(address: Parts, language: string): string {
  const { country: code = '', city = '', street = '', postal_code: postal = '' } = address
  const region = address.region ?? ''
  const country = code === '' ? '' : countryName(code, language)
  const isWide = /[\u2e80-\u9fff\uac00-\uffff]/.test(region + city + street)
  if (FROM_LARGE.has(code) && isWide) {
    // A municipality is its own region.
    return join([join([country, region === city ? '' : region, city, street], ''), postal], ' ')
  }
  if (STATE_AND_CODE.has(code)) return join([street, city, join([region, postal], ' '), country], ', ')
  if (CODE_AFTER.has(code)) return join([street, city, region, postal, country], ', ')
  return join([street, join([postal, city], ' '), region, country], ', ')
}
