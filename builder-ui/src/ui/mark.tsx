/** The compass rose. */
export function Mark({ size = 28, tone = 'light' }: { size?: number; tone?: 'light' | 'dark' }) {
  const point = tone === 'light' ? '#f4efe3' : '#0d2136'
  const ring = tone === 'light' ? '#6fbcbc' : '#0d7480'
  const shade = tone === 'light' ? '#d8a24a' : '#b07d2b'
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden focusable="false">
      <g fill="none" stroke={ring} strokeWidth="1">
        <circle cx="16" cy="16" r="11" />
        <path d="M16 16 23.8 8.2M16 16 8.2 8.2M16 16 8.2 23.8M16 16 23.8 23.8" opacity=".6" />
      </g>
      <path d="M16 1 18.4 13.6 16 16 13.6 13.6ZM16 31 13.6 18.4 16 16 18.4 18.4ZM1 16 13.6 13.6 16 16 13.6 18.4ZM31 16 18.4 18.4 16 16 18.4 13.6Z" fill={point} />
      <path d="M16 1V16L13.6 13.6ZM31 16H16L18.4 13.6ZM16 31V16L18.4 18.4ZM1 16H16L13.6 18.4Z" fill={shade} />
    </svg>
  )
}
