import fc from 'fast-check'
import t from 'tap'
import { isBlank, isHttpUrl, isOneLine, isStorable, slug } from '../../src/kit/text.ts'

t.test('a slug has lower-case letters, digits and single hyphens, within its length', async t => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 1, max: 60 }), (title, max) => {
      const made = slug(title, max)
      return made === '' || (/^[a-z0-9]+(-[a-z0-9]+)*$/.test(made) && made.length <= max)
    }),
    { numRuns: Number(process.env.FC_RUNS ?? 500) },
  )
  t.equal(slug('Payments drill', 60), 'payments-drill')
  t.equal(slug('  São Paulo: 502s — again! ', 60), 'sao-paulo-502s-again')
  t.equal(slug('payments drill', 9), 'payments', 'a cut at a hyphen leaves none')
  t.equal(slug('障害', 60), '')
})

t.test('what nobody can see is blank', async t => {
  for (const blank of ['', ' ', '\n\t', '\u200b\u200d', '\ufeff', '\u00ad', '\u{e0001}']) t.ok(isBlank(blank))
  for (const seen of ['a', ' a ', '.', '\u0301', '\u{1f4df}']) t.notOk(isBlank(seen))
})

t.test('NUL and lone surrogates cannot be stored; pairs can', async t => {
  for (const good of ['', 'a', '\u{1f4df}', '\u0001']) t.ok(isStorable(good))
  for (const bad of ['\0', 'a\0', '\ud83d', '\udcdf', '\udcdf\ud83d']) t.notOk(isStorable(bad))
})

t.test('a line has no break and no control character', async t => {
  t.ok(isOneLine('Payments — drill \u202e'))
  for (const bad of ['\n', '\r', '\t', '\v', '\u2028', '\u2029', '\u0085', '\u007f'])
    t.notOk(isOneLine(`a${bad}b`))
})

t.test('an address is absolute, http or https, and carries no user', async t => {
  for (const good of ['http://a', 'HTTPS://a.example:8443/b?c=d#e', 'https://[::1]/', 'https://a/\u00e9'])
    t.ok(isHttpUrl(good), good)
  const bad = [
    '',
    'a',
    '/a',
    '//a',
    'http:a',
    'http://',
    'http:///a',
    'http://?a',
    'http://\\a',
    'javascript:alert(1)',
    'ftp://a',
    'data:text/html,x',
  ]
  for (const value of [
    ...bad,
    'http://u@a',
    'http://u:p@a',
    'http://:p@a',
    'http://@a',
    'http://a b',
    'http://a/\n',
    ' http://a',
  ])
    t.notOk(isHttpUrl(value), JSON.stringify(value))
  t.notOk(isHttpUrl('https://a/\ud800'), 'a lone surrogate')
  t.notOk(isHttpUrl('https://a:99999/'), 'a port that is none')
})
