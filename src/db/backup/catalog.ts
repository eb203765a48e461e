import pg from 'pg'

/** A table as the catalog describes it. */
export interface Table {
  name: string
  /** Without those that are computed of others. */
  columns: string[]
  /** What its rows are ordered by, in SQL. */
  key: string[]
  /** The other tables that its foreign keys name. */
  references: string[]
}

export interface Sequence {
  name: string
  value: number
  /** Whether the value has been given out. */
  is_called: boolean
}

/** What is no part of an extension, in the schema that new tables go to. */
const own = `relnamespace = current_schema()::regnamespace
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')`

/** All tables of the database, in the order of their names. */
export async function tablesOf(client: pg.Client): Promise<Table[]> {
  const { rows } = await client.query<Table>(`
    SELECT c.relname::text AS name,
      ARRAY(SELECT attname::text FROM pg_attribute
        WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped AND attgenerated = '' ORDER BY attnum) AS columns,
      ARRAY(SELECT quote_ident(attname) || CASE WHEN attcollation = 0 THEN '' ELSE ' COLLATE "C"' END
        FROM pg_index i, unnest(i.indkey) WITH ORDINALITY AS k (number, place), pg_attribute
        WHERE i.indrelid = c.oid AND i.indisprimary AND attrelid = c.oid AND attnum = k.number ORDER BY place) AS key,
      ARRAY(SELECT DISTINCT r.relname::text FROM pg_constraint f JOIN pg_class r ON r.oid = f.confrelid
        WHERE f.conrelid = c.oid AND f.contype = 'f' AND r.oid <> c.oid) AS references
    FROM pg_class c WHERE ${own} AND c.relkind = 'r' ORDER BY c.relname COLLATE "C"`)
  return rows
}

/** All sequences, those of identity columns among them. They are of now, also in a transaction with an older snapshot. */
export async function sequencesOf(client: pg.Client): Promise<Sequence[]> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT c.relname::text AS name FROM pg_class c WHERE ${own} AND c.relkind = 'S' ORDER BY c.relname COLLATE "C"`,
  )
  const sequences: Sequence[] = []
  for (const { name } of rows) {
    const read = `SELECT last_value AS value, is_called FROM ${pg.escapeIdentifier(name)}`
    sequences.push({ name, ...(await client.query<Omit<Sequence, 'name'>>(read)).rows[0]! })
  }
  return sequences
}

/** Whether there is anything at all, of Debrief or not. */
export async function isEmpty(client: pg.Client): Promise<boolean> {
  const { rows } = await client.query(
    `SELECT FROM pg_class c WHERE ${own} AND c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f') LIMIT 1`,
  )
  return rows.length === 0
}

/** Tables after all those that they refer to. @throws Error where their foreign keys lead in a circle */
export function inLoadingOrder(tables: Table[]): Table[] {
  const [ordered, left] = [new Set<string>(), new Map(tables.map(table => [table.name, table]))]
  while (left.size > 0) {
    const next = [...left.values()].find(({ references }) => references.every(name => ordered.has(name)))
    if (!next) throw new Error(`The foreign keys of ${[...left.keys()].join(', ')} lead in a circle.`)
    ordered.add(next.name)
    left.delete(next.name)
  }
  return [...ordered].map(name => tables.find(table => table.name === name)!)
}
