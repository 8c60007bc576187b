/** The firm as a tree: departments, who heads them, who is in them. */
import { useQuery } from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link, useNavigate } from 'react-router'
import { useEntity } from '@/api/app-context'
import { keys } from '@/api/keys'
import { listRecords, type ListRow } from '@/api/records'
import { paths } from '@/model/paths'
import { toTree, type TreeNode } from '@/model/tree'
import { Avatar } from '@/ui/avatar'
import { Button } from '@/ui/button'
import { Card } from '@/ui/card'
import { Empty } from '@/ui/empty'
import { Failure } from '@/ui/failure'
import { Icon } from '@/ui/icon'
import { Page } from '@/ui/page'
import { SkeletonRows } from '@/ui/skeleton'
import style from './departments-page.module.css'

interface Department { id: string; parent: string | null; name: string; head: string | null }
interface Person { id: string; name: string; department: string | null; position: string | null }

const most = 500
const text = (value: ListRow[string]) => (typeof value === 'string' ? value : null)

async function readFirm() {
  const [departments, people] = await Promise.all([
    listRecords('department', { columns: 'name,parent,head', sort: 'name', limit: most }),
    listRecords('user', { columns: 'name,department,position', filter: JSON.stringify(['active', '=', true]), sort: 'name', limit: most }),
  ])
  return {
    departments: departments.rows.map((row): Department => ({ id: row.id, parent: text(row.parent), name: text(row.name) ?? row.title ?? '', head: text(row.head) })),
    people: people.rows.map((row): Person => ({ id: row.id, name: text(row.name) ?? row.title ?? '', department: text(row.department), position: text(row.position) })),
    titles: { ...people.titles, ...departments.titles },
  }
}

export default function DepartmentsPage() {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const entity = useEntity('department')
  const firm = useQuery({ queryKey: [...keys.entity('department'), 'list', 'tree'], queryFn: readFirm })
  const tree = useMemo(() => toTree(firm.data?.departments ?? []), [firm.data])
  const people = useMemo(() => {
    const by = new Map<string, Person[]>()
    for (const person of firm.data?.people ?? []) {
      const key = person.department ?? ''
      by.set(key, [...(by.get(key) ?? []), person])
    }
    return by
  }, [firm.data])
  const loose = people.get('') ?? []
  const titles = firm.data?.titles ?? {}

  return (
    <Page
      title={entity?.label_plural ?? t('people:departments')}
      width="wide"
      beside={<Link to={paths.list('department')} className={style.switch}><Icon name="list" />{t('people:as_list')}</Link>}
      actions={entity?.can.create ? <Button kind="primary" icon="add" onClick={() => void navigate(paths.newRecord('department'))}>{t('action.new')}</Button> : null}
    >
      <Card flush label={entity?.label_plural ?? t('people:departments')}>
        {firm.error ? <Failure error={firm.error} onRetry={() => void firm.refetch()} />
          : firm.isPending ? <SkeletonRows rows={6} height={52} />
            : tree.length === 0 ? <Empty icon="network" title={t('people:no_departments')} text={t('people:no_departments_text')} />
              : <ul>{tree.map((node) => <Branch key={node.row.id} node={node} people={people} titles={titles} depth={0} />)}</ul>}
      </Card>
      {loose.length > 0 ? (
        <div style={{ marginTop: 16 }}>
          <Card title={t('people:without_department')}><People people={loose} head={null} titles={titles} /></Card>
        </div>
      ) : null}
    </Page>
  )
}

interface BranchProps {
  node: TreeNode<Department>
  people: Map<string, Person[]>
  titles: Record<string, string>
  depth: number
}

function Branch({ node, people, titles, depth }: BranchProps) {
  const { t } = useTranslation()
  const [open, setOpen] = useState(true)
  const { row, children } = node
  const members = people.get(row.id) ?? []
  const head = row.head ? titles[row.head] : undefined
  const inside = children.length > 0 || members.length > 0
  return (
    <li className={style.branch}>
      <div className={style.row} style={{ paddingLeft: 12 + depth * 26 }}>
        {inside
          ? <Button kind="quiet" size="small" icon={open ? 'down' : 'right'} expanded={open} label={t(open ? 'people:fold' : 'people:unfold', { name: row.name })} onClick={() => setOpen(!open)} />
          : <span className={style.gap} />}
        <span className={style.names}>
          <Link to={paths.record('department', row.id)} className={style.name}>{row.name}</Link>
          <span className={style.head}>{head ? t('people:headed_by', { name: head }) : t('people:no_head')}</span>
        </span>
        <span className={style.count}>{t('people:count', { count: members.length })}</span>
      </div>
      {open && members.length > 0 ? <div style={{ paddingLeft: 46 + depth * 26 }} className={style.members}><People people={members} head={row.head} titles={titles} /></div> : null}
      {open && children.length > 0 ? <ul>{children.map((child) => <Branch key={child.row.id} node={child} people={people} titles={titles} depth={depth + 1} />)}</ul> : null}
    </li>
  )
}

function People({ people, head, titles }: { people: Person[]; head: string | null; titles: Record<string, string> }) {
  return (
    <ul className={style.people}>
      {people.map((person) => (
        <li key={person.id}>
          <Link to={paths.record('user', person.id)} className={style.person} data-head={person.id === head || undefined}>
            <Avatar name={person.name} size={24} />
            <span>{person.name}</span>
            {person.position ? <span className={style.position}>{titles[person.position]}</span> : null}
          </Link>
        </li>
      ))}
    </ul>
  )
}
