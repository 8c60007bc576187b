/** The picture as a list: for those who listen, for phones, and for keys. */
import { useTranslation } from 'react-i18next'
import { outline, readTree } from '@/model/flow/tree'
import { Icon } from '@/ui/icon'
import type { PictureEdge, PictureNode } from './flow-picture'
import style from './flow-outline.module.css'

interface FlowOutlineProps {
  nodes: PictureNode[]
  edges: PictureEdge[]
  selected: string | null
  onSelect: (key: string) => void
}

export function FlowOutline({ nodes, edges, selected, onSelect }: FlowOutlineProps) {
  const { t } = useTranslation('workflows')
  const known = Object.fromEntries(nodes.map((node) => [node.key, { type: node.kind }]))
  const tree = readTree(known, { edgesOf: (key) => edges.filter((edge) => edge.from === key), about: () => ({}) })
  const rows = [...outline(tree.main), ...tree.aside.flatMap(({ items }) => outline(items, 1))]
  return (
    <ol className={style.list} aria-label={t('graph.outline')}>
      {rows.map(({ key, depth }) => {
        const node = nodes.find((one) => one.key === key)
        if (!node) return null
        const taken = edges.filter((edge) => edge.from === key && edge.lit === 'now' && edge.label).map((edge) => edge.label)
        return (
          <li key={key} style={{ paddingInlineStart: Math.min(depth, 4) * 14 }}>
            <button type="button" className={style.row} data-tone={node.tone} aria-pressed={selected === key} onClick={() => onSelect(key)}>
              <span className={style.icon}><Icon name={node.icon} size={14} /></span>
              <span className={style.words}>
                <span className={style.name}>{node.label}</span>
                <span className={style.about}>{[node.said, node.about, ...taken.map((label) => t('graph.went', { label }))].filter(Boolean).join(' · ')}</span>
              </span>
              <Icon name="right" size={14} />
            </button>
          </li>
        )
      })}
    </ol>
  )
}
