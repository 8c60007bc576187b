/** The rhumb lines of a portolan chart: sixteen winds from each of a few roses, drawn on ink. */
const roses: [x: number, y: number, reach: number][] = [[150, 170, 900], [560, 470, 900], [90, 720, 900]]
const winds = Array.from({ length: 16 }, (_, n) => (n * Math.PI) / 8)

export function ChartArt({ className }: { className?: string | undefined }) {
  return (
    <svg className={className} viewBox="0 0 640 880" preserveAspectRatio="xMidYMid slice" aria-hidden focusable="false">
      {roses.map(([x, y, reach], rose) => (
        <g key={rose} stroke={rose === 1 ? '#d8a24a' : '#6fbcbc'} strokeWidth="0.7" opacity={rose === 1 ? 0.3 : 0.2} fill="none">
          {winds.map((angle) => (
            <line key={angle} x1={x} y1={y} x2={x + Math.cos(angle) * reach} y2={y + Math.sin(angle) * reach} />
          ))}
          <circle cx={x} cy={y} r="52" />
          <circle cx={x} cy={y} r="60" />
        </g>
      ))}
      <g fill="none" stroke="#cfdbe5" strokeOpacity=".34" strokeWidth="1.2" strokeLinejoin="round">
        <path d="M-10 330c40-14 58 6 84-8s22-44 52-50 44 18 70 12 30-34 58-38 30 26 54 30 36-20 62-14 22 40 48 46 48-16 76-6 20 44 52 48 60-26 104-20" />
        <path d="M-10 610c34 4 46-20 74-16s30 34 60 34 36-30 66-34 40 22 68 22 38-34 70-34 44 34 76 38 52-22 84-14 46 36 78 34 40-24 84-22" />
      </g>
      <g transform="translate(560 470)">
        <path d="M0-44 8-8 0 0-8-8ZM0 44-8 8 0 0 8 8ZM-44 0-8-8 0 0-8 8ZM44 0 8 8 0 0 8-8Z" fill="#f4efe3" opacity=".9" />
        <path d="M0-44V0L-8-8ZM44 0H0L8-8ZM0 44V0L8 8ZM-44 0H0L-8 8Z" fill="#d8a24a" opacity=".95" />
      </g>
    </svg>
  )
}
