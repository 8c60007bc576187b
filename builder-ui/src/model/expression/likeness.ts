// Keys by which what people write differently is found to be the same, as `kernel::likeness` makes them.

const accents = /[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff]/gu
const word = /[\p{Alphabetic}\p{N}\p{M}]/u
const letter = /\p{Alphabetic}/u

const legal = new Set(
  ('CO COMPANY LTD LIMITED LTDA INC INCORPORATED CORP CORPORATION LLC LLP LP PLC GMBH MBH AG KG KGAA OHG UG EK SE SARL SAS SASU EURL ' +
    'SA SPA SRL SL SLU SNC BV BVBA NV VOF OY OYJ AB AS ASA APS HF EHF PTY PTE PVT SDN BHD KK DOO DD AD EOOD OOD SRO KFT ZRT OU UAB ' +
    'SIA OOO OAO ZAO PAO JSC PJSC CJSC FZE FZCO FZC FZLLC DMCC WLL STI ANONIM AND').split(' '),
)
const legalPhrases = ['DE CV', 'DE RL', 'SP Z OO', 'SP ZOO', 'LTD STI', 'A S', 'S A'].map((phrase) => phrase.split(' '))
const legalHan = ['股份有限公司', '有限责任公司', '有限公司', '股份公司', '公司']

const special: Record<string, string> = { Ø: 'O', Æ: 'AE', Œ: 'OE', Ł: 'L', Đ: 'D', Ð: 'D', Þ: 'TH', ẞ: 'SS' }

function capitals(text: string): string {
  const bare = text.normalize('NFKC').toUpperCase().normalize('NFKD').replace(accents, '')
  return bare.replace(/[ØÆŒŁĐÐÞẞ]/gu, (found) => special[found] ?? found).normalize('NFKC')
}

/** Initials joined (`S.A.` is `SA`), apostrophes dropped, `&` and `+` said in words, everything else a space. */
function withoutPunctuation(text: string): string {
  let spaced = ''
  let letters = 0
  for (const c of text) {
    if (c === '&' || c === '+') {
      spaced += ' AND '
      letters = 0
    } else if ("'`´‘’ʼ′".includes(c)) {
      continue
    } else if (c === '.' && letters === 1) {
      letters = 0
    } else if (word.test(c)) {
      spaced += c
      letters += 1
    } else {
      spaced += ' '
      letters = 0
    }
  }
  return spaced
}

function withoutLegalForm(words: string[]): string[] | undefined {
  for (const phrase of legalPhrases) {
    const before = words.length - phrase.length
    if (before > 0 && phrase.every((part, i) => words[before + i] === part)) return words.slice(0, before)
  }
  const last = words.at(-1)
  if (last === undefined) return undefined
  const before = words.slice(0, -1)
  if (before.length > 0 && (legal.has(last) || legalHan.includes(last))) return before
  const end = legalHan.find((form) => last.endsWith(form))
  if (end === undefined || last === end) return undefined
  return [...before, last.slice(0, -end.length)]
}

/** The key of a firm's name. */
export function nameKey(name: string): string | null {
  let words = withoutPunctuation(capitals(name)).split(' ').filter((part) => part !== '')
  if (words.length > 1 && words[0] === 'THE') words = words.slice(1)
  for (let shorter = withoutLegalForm(words); shorter; shorter = withoutLegalForm(words)) words = shorter
  return words.join('') || null
}

/** The same with `AE`, `OE` and `UE` as `A`, `O` and `U`. */
export function looseNameKey(name: string): string | null {
  return nameKey(name)?.replaceAll('AE', 'A').replaceAll('OE', 'O').replaceAll('UE', 'U') ?? null
}

const anybodys = new Set(
  ('gmail googlemail yahoo ymail rocketmail hotmail outlook live msn icloud mac aol gmx web t-online freenet mail inbox bk list yandex ' +
    'ya rambler qq foxmail 163 126 188 yeah sina sohu 139 189 wo aliyun tom 21cn vip naver hanmail daum proton protonmail zoho ' +
    'rediffmail libero virgilio tiscali orange wanadoo free laposte sfr uol bol terra ig comcast verizon att btinternet bigpond ' +
    'optusnet alibaba 1688 taobao made-in-china globalsources dhgate amazon ebay etsy facebook linkedin instagram weixin wixsite ' +
    'blogspot wordpress shopify myshopify github').split(' '),
)
const second = new Set(
  ('co com net org gov edu ac or ne go gob gouv nom id web mil sch ltd plc ind firm biz info ad gr re pe nhs asn').split(' '),
)

/** Lower case as the engine makes it, letter by letter. */
function lower(text: string): string {
  return [...text.normalize('NFKC')].map((c) => c.toLowerCase()).join('')
}

/** The domain that somebody registered, of a web or mail address. */
export function domainKey(address: string): string | null {
  let rest = lower(address).trim()
  const scheme = rest.indexOf('://')
  if (scheme >= 0) rest = rest.slice(scheme + 3)
  if (rest.startsWith('mailto:')) rest = rest.slice(7)
  let host = rest.split(/[/?# ,;]/u)[0] ?? ''
  host = host.slice(host.lastIndexOf('@') + 1)
  host = (host.split(':')[0] ?? '').replace(/\.+$/u, '')
  const labels = host.split('.')
  const top = labels.at(-1) ?? ''
  const isLabel = (label: string) => label !== '' && [...label].every((c) => c === '-' || word.test(c))
  if (labels.length < 2 || !labels.every(isLabel) || /^[0-9]+$/.test(top)) return null
  const byCountry = [...top].length === 2 && labels.length > 2
  const count = byCountry && second.has(labels.at(-2) ?? '') ? 3 : 2
  const registered = labels.slice(-count)
  return anybodys.has(registered[0] ?? '') ? null : registered.join('.')
}

const keepZero = ['39', '378', '379']
const shortest = 6
const isDigit = (c: string): boolean => c >= '0' && c <= '9'

/** Whether the number has begun, its digits, and what follows it: from the sign or letter on that parts. */
function parted(number: string): { begun: boolean; digits: string; rest: string } {
  let digits = ''
  let at = 0
  for (const c of number) {
    if (isDigit(c)) digits += c
    else if (digits.length >= shortest - 1 && (letter.test(c) || c === '#' || c === ',' || c === ';')) {
      return { begun: true, digits, rest: number.slice(at) }
    }
    at += c.length
  }
  return { begun: digits.length >= shortest - 1, digits, rest: '' }
}

/** The digits of a telephone number with its country's code. */
export function phoneKey(number: string, country: string): string | null {
  const plain = lower(number).replace(/\s/gu, '').replaceAll('(0)', '')
  const { digits } = parted(plain)
  const code = [...country].filter(isDigit).join('')
  const abroad = [...plain].find((c) => isDigit(c) || c === '+') === '+'
  let key: string
  if (abroad) key = digits
  else if (digits.startsWith('00')) key = digits.slice(2)
  else if (code === '') return null
  else if ((digits.length >= 12 && digits.startsWith(code)) || (digits.length === 11 && code === '1' && digits.startsWith('1'))) key = digits
  else if (digits.length === 11 && code === '7' && digits.startsWith('8')) key = `7${digits.slice(1)}`
  else if (keepZero.includes(code)) key = code + digits
  else key = code + digits.replace(/^0/, '')
  return key.length >= shortest && key.length > code.length ? key : null
}

/** A telephone number as E.164 has it, with the extension behind it. */
export function e164(number: string, country: string): string | null {
  const key = phoneKey(number, country)
  const { begun, rest } = parted(number.normalize('NFKC'))
  const extension = [...rest].filter(isDigit).join('')
  if (!key || key.length > 15 || !begun || extension.length >= shortest) return null
  return extension ? `+${key} ext. ${extension}` : `+${key}`
}

/** A name in capitals throughout with only the first letter of each word great; any other as it is. */
export function titleCase(text: string): string {
  if (/\p{Lowercase}/u.test(text)) return text
  let cased = ''
  let inside = false
  for (const c of text) {
    cased += inside ? c.toLowerCase() : c
    inside = word.test(c) || c === "'" || c === '’'
  }
  return cased
}
