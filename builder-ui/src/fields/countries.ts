// Countries by their ISO 3166-1 codes; the browser knows what they are called. The kernel has the same list.
import { localeTag } from './exact'
import { fold } from './widgets/fold'

const CODES =
  'AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW'.split(' ')

/** What the browser calls otherwise than firms here do. */
const OWN: Record<string, Record<string, string>> = {
  en: { HK: 'Hong Kong', MO: 'Macao' },
  'zh-Hans': { HK: '中国香港', MO: '中国澳门', TW: '中国台湾' },
}

const spoken = new Map<string, Map<string, string>>()

function namesIn(language: string): Map<string, string> {
  const tag = localeTag(language).startsWith('zh') ? 'zh-Hans' : 'en'
  const known = spoken.get(tag)
  if (known) return known
  const names = new Intl.DisplayNames(tag, { type: 'region', fallback: 'none' })
  const made = new Map(CODES.map((code) => [code, OWN[tag]?.[code] ?? names.of(code) ?? code]))
  spoken.set(tag, made)
  return made
}

export function countryName(code: string, language: string): string {
  return namesIn(language).get(code) ?? code
}

/** All countries in the order of their names. */
export function countries(language: string): { code: string; name: string }[] {
  const compare = new Intl.Collator(localeTag(language)).compare
  return [...namesIn(language)].map(([code, name]) => ({ code, name })).toSorted((a, b) => compare(a.name, b.name))
}

/** The country that a text means: by its code, or its name in either language. */
export function findCountry(text: string): string | undefined {
  const word = fold(text)
  const code = text.normalize('NFKC').trim().toUpperCase()
  if (CODES.includes(code)) return code
  return ['en', 'zh_hans'].flatMap((language) => [...namesIn(language)]).find(([, name]) => fold(name) === word)?.[0]
}
