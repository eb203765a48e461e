// A process that gives root up for the account of PostgreSQL and tries to log in: password.test.ts starts it as root.
import pg from 'pg'

const [host, port, uid] = process.argv.slice(2)
const account = Number(uid)
process.setgroups?.([])
process.setgid?.(account)
process.setuid?.(account)
const client = new pg.Client({
  host: host!,
  port: Number(port),
  user: 'postgres',
  password: 'guess',
  database: 'postgres',
})
try {
  await client.connect()
  console.log('logged in')
  await client.end()
} catch (error) {
  console.log(error instanceof Error ? error.message : error)
}
