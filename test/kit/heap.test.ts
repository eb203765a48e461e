import { getHeapStatistics } from 'node:v8'
import t from 'tap'
import { releaseGarbage } from '../../src/kit/heap.ts'

t.test('garbage is collected, and its memory given back', async t => {
  const held = Array.from({ length: 1000 }, () => Array(10_000).fill(0))
  const before = getHeapStatistics()
  t.ok(before.used_heap_size > 80_000_000)
  held.length = 0
  releaseGarbage()
  const after = getHeapStatistics()
  const freed = (before.total_physical_size - after.total_physical_size) / 1_000_000
  t.ok(freed > 60, `${freed.toFixed(0)} MB of 80 MB are back`)
})
