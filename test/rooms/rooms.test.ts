import { globSync } from 'node:fs'
import t from 'tap'
import { inRooms } from './rooms.ts'

t.test('every test file runs once, and alone where it starts processes', async t => {
  const files = globSync('test/**/*.test.ts').sort()
  const { alone, rooms } = inRooms(files)
  t.strictSame([...alone, ...rooms.flat()].sort(), files)
  t.ok(alone.includes('test/cli/serve.test.ts') && alone.includes('test/db/embedded/home.test.ts'))
  t.ok(rooms.length > 0 && alone.length + rooms.length < files.length / 2)
})
