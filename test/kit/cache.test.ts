import fc from 'fast-check'
import t from 'tap'
import { BoundedCache, type CacheLimits } from '../../src/kit/cache.ts'

const filled = (keys: string, limits: CacheLimits<string, string>) => {
  const cache = new BoundedCache<string, string>(limits)
  for (const key of keys) cache.set(key, key.toUpperCase())
  return cache
}
const keysOf = (cache: BoundedCache<string, string>) => [...cache.keys()].join('')

t.test('what was set is there, and what was set again is the newer', async t => {
  const cache = filled('ab', { maxEntries: 10 })
  t.equal(cache.get('a'), 'A')
  cache.set('a', 'other')
  t.equal(cache.get('a'), 'other')
  t.equal(cache.get('c'), undefined)
})

t.test('the least recently used goes first', async t => {
  const cache = filled('abcde', { maxEntries: 5 })
  t.equal(keysOf(cache), 'abcde')
  cache.get('a')
  cache.set('b', 'again')
  t.equal(keysOf(cache), 'cdeab')
  cache.set('f', 'F')
  t.equal(keysOf(cache), 'deabf')
})

t.test('a cache of one has the last one', async t => {
  t.equal(keysOf(filled('abc', { maxEntries: 1 })), 'c')
})

t.test(
  'there are never more entries, nor more of their size, than may be, and each is what was set last',
  async t => {
    const limits = { maxEntries: 7, maxSize: 20, sizeOf: (value: string) => value.length }
    const step = fc.tuple(fc.constantFrom(...'abcdefghijkl'), fc.string({ maxLength: 25 }), fc.nat(4))
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), steps => {
        const cache = new BoundedCache<string, string>(limits)
        const last = new Map<string, string>()
        return steps.every(([key, value, what]) => {
          if (what === 0) cache.delete(key)
          else if (what === 1) cache.get(key)
          else cache.set(key, value)
          if (what > 1) last.set(key, value)
          const entries = [...cache.keys()].map(name => [name, cache.get(name)!] as const)
          const size = entries.reduce((sum, [, text]) => sum + text.length, 0)
          return entries.length <= 7 && size <= 20 && entries.every(([name, text]) => last.get(name) === text)
        })
      }),
    )
    t.pass('in any order of calls')
  },
)

t.test('what is larger than the whole cache drives nothing out', async t => {
  const cache = filled('abc', { maxEntries: 10, maxSize: 6, sizeOf: value => value.length })
  cache.set('d', 'seven!!')
  t.equal(keysOf(cache), 'abc')
  cache.set('a', 'seven!!')
  t.equal(cache.get('a'), undefined, 'nor is an older value left in its place')
})

t.test('what was deleted, replaced or too old takes no room', async t => {
  let clock = 0
  const ways: Record<string, (cache: BoundedCache<string, string>) => void> = {
    deleted: cache => cache.delete('a'),
    replaced: cache => cache.set('a', '9'.repeat(9)),
    'too old': cache => {
      clock += 10
      cache.get('a')
    },
  }
  for (const [way, drop] of Object.entries(ways)) {
    const limits = { maxEntries: 10, maxSize: 10, maxAge: 10, now: () => clock }
    const cache = filled('', { ...limits, sizeOf: value => value.length })
    cache.set('a', '9'.repeat(9))
    drop(cache)
    cache.delete('a')
    cache.set('b', '1')
    cache.set('c', '9'.repeat(9))
    t.equal(keysOf(cache), 'bc', way)
  }
})

t.test('an entry is gone once it is as old as it may be, however often it is asked for', async t => {
  let clock = 5000
  const cache = filled('a', { maxEntries: 10, maxAge: 1000, now: () => clock })
  clock += 999
  t.equal(cache.get('a'), 'A')
  clock += 1
  t.equal(cache.get('a'), undefined)
  t.equal(keysOf(cache), '', 'and is dropped')
  cache.set('a', 'new')
  clock += 999
  t.equal(cache.get('a'), 'new')
})

t.test('a value is made once, and again when making it failed', async t => {
  const cache = new BoundedCache<string, number>({ maxEntries: 10 })
  let made = 0
  const make = () => {
    made += 1
    if (made === 1) throw new Error('not yet')
    return made
  }
  t.throws(() => cache.getOrMake('a', make), { message: 'not yet' })
  t.equal(cache.getOrMake('a', make), 2)
  t.equal(cache.getOrMake('a', make), 2)
})

t.test('a full cache makes room for several new entries at a time', async t => {
  const cache = new BoundedCache<number, number>({ maxEntries: 800 })
  for (let i = 0; i <= 800; i += 1) cache.set(i, i)
  t.equal([...cache.keys()].length, 700)
  t.equal(cache.get(100), undefined)
  t.equal(cache.get(101), 101)
})
