import t from 'tap'
import { PassingMap } from '../../src/kit/passing-map.ts'
import { grownBy } from '../help/measuring/young-garbage.ts'

t.test('has what was set and not deleted, under any name', async t => {
  const map = new PassingMap<number>()
  for (const [i, key] of ['a', '__proto__', 'constructor', '1'].entries()) {
    t.equal(map.get(key), undefined, key)
    map.set(key, i)
    map.set(key, i + 10)
    t.equal(map.get(key), i + 10)
  }
  map.delete('constructor')
  map.delete('never set')
  t.same(
    ['a', '__proto__', 'constructor', '1'].map(key => map.get(key)),
    [10, 11, undefined, 13],
  )
})

t.test('what has gone is collected with what is new', async t => {
  const map = new PassingMap<object>()
  const perStep = 500
  const grown = await grownBy(40, step => {
    for (let i = step * perStep; i < (step + 1) * perStep; i++) {
      map.set(`key ${i}`, Array(1000).fill(i))
      map.delete(`key ${i - 3}`)
    }
  })
  t.ok(grown < 20, `of 160 MB that went through it, ${grown.toFixed(1)} MB are left`)
})
