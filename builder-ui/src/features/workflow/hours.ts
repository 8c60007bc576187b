/** Minutes as people say them: minutes below an hour, hours with a digit, days from two on. */
export function hours(minutes: number, locale: string): string {
  const unit = (name: 'minute' | 'hour' | 'day', amount: number, digits: number) =>
    new Intl.NumberFormat(locale, { style: 'unit', unit: name, unitDisplay: 'short', maximumFractionDigits: digits }).format(amount)
  if (minutes < 60) return unit('minute', minutes, 0)
  return minutes < 48 * 60 ? unit('hour', minutes / 60, 1) : unit('day', minutes / 1440, 1)
}
