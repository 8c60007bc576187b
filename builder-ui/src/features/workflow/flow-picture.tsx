/** A workflow as a picture: boxes that are buttons, and the ways between them. What was taken is thick and has an arrow. */
import { useEffect, useMemo, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { place, type Line, type Measures, type Point } from '@/model/flow/place'
import { isOrdinary, readTree, type Way } from '@/model/flow/tree'
import { Icon, type IconName } from '@/ui/icon'
import style from './flow-picture.module.css'

export type Tone = 'done' | 'refused' | 'waiting' | 'stopped' | 'next' | 'possible' | 'skipped' | 'plain'

export interface PictureNode {
  key: string
  label: string
  kind: string
  tone: Tone
  icon: IconName
  /** Below the label: who, since when. */
  about: string | null
  /** Said in place of the colour. */
  said: string
  /** How hot it is, from 0 to 1. */
  heat?: number
}

export interface PictureEdge extends Way {
  label: string | null
  /** Taken in this round, in an earlier one, or passed by. */
  lit: 'now' | 'before' | 'passed_by' | null
}

export interface PictureLeap {
  from: string
  to: string
  said: string
}

interface FlowPictureProps {
  nodes: PictureNode[]
  edges: PictureEdge[]
  leaps?: PictureLeap[]
  selected: string | null
  onSelect: (key: string) => void
  label: string
}

const WIDTH = 216
const small = (kind: string) => ['start', 'end', 'switch', 'fork', 'join', 'race'].includes(kind)

export function FlowPicture({ nodes, edges, leaps = [], selected, onSelect, label }: FlowPictureProps) {
  const { t } = useTranslation('workflows')
  const hold = useRef<HTMLDivElement>(null)
  const picture = useMemo(() => {
    const known = Object.fromEntries(nodes.map((node) => [node.key, { type: node.kind, about: node.about }]))
    const tree = readTree(known, { edgesOf: (key) => edges.filter((edge) => edge.from === key), about: () => ({}) })
    const measures: Measures = {
      width: WIDTH, gap: 36, aside: 26, label: 26, jump: { width: 150, height: 28 },
      height: (key) => (known[key] && small(known[key].type) && !known[key].about ? 40 : 62),
    }
    return place(tree, edges, measures)
  }, [nodes, edges])
  const pad = leaps.length > 0 ? 28 + leaps.length * 10 : 8
  // What one looks for is where it stands now, or what is hottest.
  const hottest = nodes.reduce<PictureNode | null>((most, node) => ((node.heat ?? 0) > (most?.heat ?? 0) ? node : most), null)
  const standing = (nodes.find((node) => node.tone === 'waiting' || node.tone === 'stopped') ?? hottest)?.key ?? null
  useEffect(() => {
    const box = hold.current
    const at = picture.boxes.find((one) => one.key === standing)
    if (box && at) {
      // Sideways only if it is out of sight: most ways begin at the left.
      box.scrollLeft = at.x + pad + at.width <= box.clientWidth ? 0 : at.x + pad + at.width / 2 - box.clientWidth / 2
      box.scrollTop = at.y - box.clientHeight / 3
    }
  }, [picture, standing, pad])
  const litOf = ({ from, slot }: { from: string; slot: string }) => edges.find((edge) => edge.from === from && edge.slot === slot)?.lit ?? null
  // What was taken lies above.
  const order = { null: 0, passed_by: 0, before: 1, now: 2 } as const
  const lines = picture.lines.toSorted((a, b) => order[litOf(a) ?? 'null'] - order[litOf(b) ?? 'null'])
  const named = (key: string) => nodes.find((node) => node.key === key)?.label ?? key
  const size = { width: picture.width + pad * 2, height: picture.height + 24 }
  return (
    <div ref={hold} className={style.hold} role="group" aria-label={label}>
      <div className={style.picture} style={size}>
        <svg className={style.ways} {...size} viewBox={`${-pad} -12 ${size.width} ${size.height}`} aria-hidden focusable={false}>
          <defs>
            {(['now', 'before', 'plain', 'leap'] as const).map((one) => (
              <marker key={one} id={`flow-arrow-${one}`} viewBox="0 0 8 8" refX="7" refY="4" markerWidth={one === 'now' ? 4.5 : 6} markerHeight={one === 'now' ? 4.5 : 6} orient="auto">
                <path d="M0 0 L8 4 L0 8 z" className={style[`arrow_${one}`]} />
              </marker>
            ))}
          </defs>
          {lines.map((line) => {
            const lit = litOf(line)
            return <path key={`${line.from}-${line.slot}`} d={pathOf(line)} className={`${style.way} ${lit ? style[lit] : ''}`} markerEnd={`url(#flow-arrow-${lit === 'now' || lit === 'before' ? lit : 'plain'})`} />
          })}
          {picture.lines.filter((line) => !isOrdinary(line)).map((line) => {
            const [at] = line.points
            const edge = edges.find(({ from, slot }) => from === line.from && slot === line.slot)
            return at ? <text key={`${line.from}-${line.slot}-word`} x={at[0] + 8} y={at[1] - 6} className={style.word} data-lit={edge?.lit ?? undefined}>{edge?.label ?? t('graph.rejected')}</text> : null
          })}
          {leaps.map((leap, index) => {
            const from = picture.boxes.find((box) => box.key === leap.from)
            const to = picture.boxes.find((box) => box.key === leap.to)
            return from && to ? <path key={`${leap.from}-${leap.to}-${index}`} d={leapPath(from, to, 18 + index * 10)} className={style.leap} markerEnd="url(#flow-arrow-leap)"><title>{leap.said}</title></path> : null
          })}
        </svg>
        {picture.labels.map((one) => {
          const edge = edges.find(({ from, slot }) => from === one.from && slot === one.slot)
          const text = edge?.label ?? (one.slot === 'default' ? t('graph.otherwise') : null)
          return text ? <span key={`${one.from}-${one.slot}`} className={style.label} data-lit={edge?.lit ?? undefined} style={{ left: one.x + pad, top: one.y + 12 }} title={text}>{text}</span> : null
        })}
        {picture.jumps.map((jump) => (
          <button key={`${jump.from}-${jump.slot}`} type="button" className={style.jump} data-lit={litOf(jump) ?? undefined} style={{ left: jump.x + pad, top: jump.y + 12 }} onClick={() => onSelect(jump.to)}>
            <Icon name="redo" size={12} /><span>{t('graph.to', { name: named(jump.to) })}</span>
          </button>
        ))}
        {picture.boxes.map((box) => {
          const node = nodes.find((one) => one.key === box.key)
          if (!node) return null
          return (
            <button
              key={box.key} type="button" className={style.node} data-tone={node.tone} data-small={small(node.kind) || undefined}
              aria-label={[node.label, node.said, node.about].filter(Boolean).join(', ')} aria-pressed={selected === box.key} onClick={() => onSelect(box.key)}
              style={{ left: box.x + pad, top: box.y + 12, width: box.width, height: box.height, ...(node.heat === undefined ? {} : { '--heat': node.heat }) }}
              data-heat={node.heat === undefined ? undefined : true}
            >
              <span className={style.icon}><Icon name={node.icon} size={15} /></span>
              <span className={style.words}>
                <span className={style.name}>{node.label}</span>
                {node.about ? <span className={style.about}>{node.about}</span> : null}
              </span>
            </button>
          )
        })}
      </div>
    </div>
  )
}

/** Straight lines with round corners. */
function pathOf({ points }: Line): string {
  const [first, ...rest] = points
  if (!first) return ''
  let text = `M${first[0]} ${first[1]}`
  rest.forEach((point, index) => {
    const next = rest[index + 1]
    const before = rest[index - 1] ?? first
    if (!next) { text += ` L${point[0]} ${point[1] - (point[0] === before[0] ? 3 : 0)}`; return }
    const into = toward(point, before)
    const out = toward(point, next)
    text += ` L${into[0]} ${into[1]} Q${point[0]} ${point[1]} ${out[0]} ${out[1]}`
  })
  return text
}

/** A little way from a corner to the next point. */
function toward(corner: Point, to: Point): Point {
  const length = Math.hypot(to[0] - corner[0], to[1] - corner[1]) || 1
  const step = Math.min(7, length / 2)
  return [corner[0] + ((to[0] - corner[0]) / length) * step, corner[1] + ((to[1] - corner[1]) / length) * step]
}

/** From the left side of one box to that of another, around. */
function leapPath(from: { x: number; y: number; height: number }, to: { x: number; y: number; height: number }, out: number): string {
  const [y, end] = [from.y + from.height / 2, to.y + to.height / 2]
  const left = Math.min(from.x, to.x) - out
  return `M${from.x} ${y} C${left} ${y} ${left} ${end} ${to.x - 3} ${end}`
}
