import { readFileSync } from 'node:fs'
import t from 'tap'
import { rowTypesOf, tablesFile } from '../help/row-types.ts'
import { createDatabase } from '../help/service.ts'

t.test('the row types are those of the migrated database (npm run tables writes them)', async t => {
  const { connectionString } = await createDatabase(t)
  t.equal(readFileSync(tablesFile, 'utf8'), await rowTypesOf(connectionString!))
})
