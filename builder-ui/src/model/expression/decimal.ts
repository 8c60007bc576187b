// Exact decimals that agree with the engine's to the last digit: a whole number of 96 bits and a scale of at most 28,
// rounded half to even where a result has more digits than fit. A library rounds elsewhere, so a form and the saved
// record would differ in the last place.

const MOST = (1n << 96n) - 1n
const MAX_SCALE = 28

const powers: bigint[] = [1n]

function power(exponent: number): bigint {
  for (let next = powers.length; next <= exponent; next += 1) powers.push((powers[next - 1] ?? 1n) * 10n)
  return powers[exponent] ?? 1n
}

function magnitude(value: bigint): bigint {
  return value < 0n ? -value : value
}

/** Divides, half to even. */
function divideEven(value: bigint, by: bigint): bigint {
  const size = magnitude(value)
  let quotient = size / by
  const twice = (size % by) * 2n
  if (twice > by || (twice === by && quotient % 2n === 1n)) quotient += 1n
  return value < 0n ? -quotient : quotient
}

/** Divides, half away from zero. */
function divideUp(value: bigint, by: bigint): bigint {
  const size = magnitude(value)
  const quotient = size / by + ((size % by) * 2n >= by ? 1n : 0n)
  return value < 0n ? -quotient : quotient
}

/** The result has more digits before the point than fit. */
export class DecimalOverflow extends Error {}

export class Decimal {
  readonly units: bigint
  readonly scale: number

  private constructor(units: bigint, scale: number) {
    this.units = units
    this.scale = scale
  }

  /** Rounds to what fits. */
  private static fit(units: bigint, scale: number): Decimal {
    if (scale <= MAX_SCALE && magnitude(units) <= MOST) return new Decimal(units, scale)
    const digits = magnitude(units).toString().length
    for (let drop = Math.max(scale - MAX_SCALE, digits - 29, 0); drop <= scale; drop += 1) {
      const kept = divideEven(units, power(drop))
      if (magnitude(kept) <= MOST) return new Decimal(kept, scale - drop)
    }
    throw new DecimalOverflow()
  }

  static readonly zero = new Decimal(0n, 0)

  static whole(value: number): Decimal {
    return new Decimal(BigInt(value), 0)
  }

  /** Reads `-12.50`; undefined if it is no number. */
  static parse(text: string): Decimal | undefined {
    const found = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,3}))?$/.exec(text)
    if (!found) return undefined
    const [, sign, before = '', after = '', exponent = '0'] = found
    if (before === '' && after === '') return undefined
    const units = BigInt(before + after) * (sign === '-' ? -1n : 1n)
    const scale = after.length - Number(exponent)
    return scale < 0 ? Decimal.fit(units * power(-scale), 0) : Decimal.fit(units, scale)
  }

  private static aligned(a: Decimal, b: Decimal): [bigint, bigint, number] {
    const scale = Math.max(a.scale, b.scale)
    return [a.units * power(scale - a.scale), b.units * power(scale - b.scale), scale]
  }

  add(other: Decimal): Decimal {
    const [a, b, scale] = Decimal.aligned(this, other)
    return Decimal.fit(a + b, scale)
  }

  subtract(other: Decimal): Decimal {
    const [a, b, scale] = Decimal.aligned(this, other)
    return Decimal.fit(a - b, scale)
  }

  multiply(other: Decimal): Decimal {
    return Decimal.fit(this.units * other.units, this.scale + other.scale)
  }

  /** The other must not be zero. */
  divide(other: Decimal): Decimal {
    const [a, b] = Decimal.aligned(this, other)
    const sign = b < 0n ? -1n : 1n
    const by = b * sign
    const whole = magnitude(a) / by
    // As many digits after the point as fit beside those before it.
    for (let scale = Math.min(MAX_SCALE, 30 - whole.toString().length); scale >= 0; scale -= 1) {
      const units = divideEven(a * sign * power(scale), by)
      if (magnitude(units) <= MOST) return new Decimal(units, scale)
    }
    throw new DecimalOverflow()
  }

  /** With the sign of this one. */
  remainder(other: Decimal): Decimal {
    const [a, b, scale] = Decimal.aligned(this, other)
    return Decimal.fit(a % b, scale)
  }

  negate(): Decimal {
    return new Decimal(-this.units, this.scale)
  }

  abs(): Decimal {
    return this.units < 0n ? this.negate() : this
  }

  /** Half up, away from zero. */
  round(digits: number): Decimal {
    if (digits >= this.scale) return this
    return new Decimal(divideUp(this.units, power(this.scale - digits)), digits)
  }

  truncate(): Decimal {
    return new Decimal(this.units / power(this.scale), 0)
  }

  floor(): Decimal {
    const whole = this.truncate()
    return whole.compare(this) > 0 ? whole.subtract(Decimal.whole(1)) : whole
  }

  ceil(): Decimal {
    return this.negate().floor().negate()
  }

  compare(other: Decimal): number {
    const [a, b] = Decimal.aligned(this, other)
    return a < b ? -1 : a > b ? 1 : 0
  }

  isZero(): boolean {
    return this.units === 0n
  }

  isWhole(): boolean {
    return this.units % power(this.scale) === 0n
  }

  /** The whole number, if a JavaScript number holds it exactly. */
  toWhole(): number | undefined {
    const whole = Number(this.truncate().units)
    return this.isWhole() && Number.isSafeInteger(whole) ? whole : undefined
  }

  /** Without trailing zeros. */
  normalize(): Decimal {
    let { units, scale } = this
    while (scale > 0 && units % 10n === 0n) {
      units /= 10n
      scale -= 1
    }
    return new Decimal(units, scale)
  }

  toString(): string {
    const digits = magnitude(this.units).toString().padStart(this.scale + 1, '0')
    const sign = this.units < 0n ? '-' : ''
    if (this.scale === 0) return sign + digits
    return `${sign}${digits.slice(0, -this.scale)}.${digits.slice(-this.scale)}`
  }

  /** With exactly so many digits after the point. */
  toFixed(digits: number): string {
    const rounded = this.round(digits)
    return new Decimal(rounded.units * power(digits - rounded.scale), digits).toString()
  }
}
