/** The rhumb lines of a portolan chart: sixteen winds from each of a few roses, drawn on ink. */
import { coast } from './coast'

const roses: [x: number, y: number, reach: number][] = [[150, 170, 900], [560, 470, 900], [90, 720, 900]]
const winds = Array.from({ length: 16 }, (_, n) => (n * Math.PI) / 8)

const shores = [
  coast([[-20, 300], [110, 270], [210, 340], [330, 250], [470, 300], [660, 180]], 7),
  coast([[-20, 640], [120, 600], [260, 690], [380, 620], [520, 690], [660, 640]], 23),
  coast([[300, 455], [345, 430], [400, 448], [388, 486], [330, 490], [300, 455]], 41, 22),
]

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
      {shores.map(({ line, harbours }) => (
        <g key={line} fill="none" strokeLinejoin="round">
          <path d={line} stroke="#cfdbe5" strokeOpacity=".42" strokeWidth="1.1" />
          <path d={harbours} stroke="#d8a24a" strokeOpacity=".5" strokeWidth=".8" />
        </g>
      ))}
      <g transform="translate(560 470)">
        <path d="M0-44 8-8 0 0-8-8ZM0 44-8 8 0 0 8 8ZM-44 0-8-8 0 0-8 8ZM44 0 8 8 0 0 8-8Z" fill="#f4efe3" opacity=".9" />
        <path d="M0-44V0L-8-8ZM44 0H0L8-8ZM0 44V0L8 8ZM-44 0H0L-8 8Z" fill="#d8a24a" opacity=".95" />
      </g>
    </svg>
  )
}
