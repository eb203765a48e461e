import fc from 'fast-check'
import type { Schema } from './operations.ts'

/** Arbitraries for strings that satisfy the contract, odd ones included. Lengths count code points. */

const visible = [
  ...'aZ09.-_*|`<&"\'\\/%{}[]()#~:;,?!@$^=+',
  'é',
  'ß',
  '漢',
  'ا',
  '😀',
  '\u{10ffff}',
  '\ufffd',
]
const inLine = [...visible, ' ', '\u00a0', '\u0301', '\u200d', '\u202e', '\ufeff']
const inText = [...inLine, '\n', '\r', '\t', '\u2028', '\u0085', '\u001b']

/** Mostly short strings, sometimes one of the maximum length; each with a visible code point. */
function visibleString(pool: string[], max: number): fc.Arbitrary<string> {
  const unit = fc.constantFrom(...pool)
  const around = fc.string({ unit, maxLength: Math.min(12, Math.floor((max - 1) / 2)) })
  const short = fc
    .tuple(around, fc.constantFrom(...visible), around)
    .map(([before, seen, after]) => before + seen + after)
  const longest = fc.constantFrom('x', 'é', '😀').map(character => character.repeat(max))
  return fc.oneof({ weight: 40, arbitrary: short }, { weight: 1, arbitrary: longest })
}

const days = fc.date({
  min: new Date('1970-01-01'),
  max: new Date('9998-12-31T23:59:59Z'),
  noInvalidDate: true,
})
const dates = fc.oneof(
  { weight: 4, arbitrary: days.map(day => day.toISOString().slice(0, 10)) },
  { weight: 1, arbitrary: fc.constantFrom('1970-01-01', '2024-02-29', '2000-02-29', '9998-12-31') },
)
const times = fc
  .tuple(
    fc.constantFrom('T', 't'),
    fc.constantFrom('00:00:00', '23:59:59', '14:02:07', '09:30:00'),
    fc.constantFrom('', '.1', '.123', '.9999', '.123456789'),
    fc.constantFrom('Z', 'z', '+02:00', '-05:30', '+23:59', '-23:59', '+00:00', '-00:00'),
  )
  .map(parts => parts.join(''))

/** RFC 3339 date-times on the given days, by default any; in UTC from 1970 to 9998. */
export const moments = (on: fc.Arbitrary<string> = dates): fc.Arbitrary<string> =>
  fc
    .tuple(on, times)
    .map(parts => parts.join(''))
    .filter(moment => Date.parse(moment) >= 0 && Date.parse(moment) < Date.UTC(9999, 0, 1))

/** Times that may leave out what is not known, on the given days. */
export const partialMoments = (on: fc.Arbitrary<string> = dates): fc.Arbitrary<string> =>
  fc.oneof(
    on,
    moments(on),
    fc
      .tuple(on, fc.constantFrom('T14', 't09:30', 'T23:59'), fc.constantFrom('Z', '+05:30', '-08:00'))
      .map(parts => parts.join('')),
  )

const urls = fc
  .tuple(
    fc.constantFrom('http://', 'https://', 'HTTPS://'),
    fc.constantFrom('a.example', 'a.example:8443', '127.0.0.1', '[2001:db8::1]', 'münchen.example'),
    fc.constantFrom('', '/', '/a|b/_c_', '/?q=a&b=%20c', '/#fragment', '/漢', `/${'x'.repeat(2000)}`),
  )
  .map(parts => parts.join(''))

const ofFormat: Record<string, (max: number) => fc.Arbitrary<string>> = {
  line: max => visibleString(inLine, max),
  text: max => visibleString(inText, max),
  'http-url': () => urls,
  date: () => dates,
  'date-time': () => moments(),
  'partial-time': () => partialMoments(),
  uuid: () => fc.uuid(),
  email: max => fc.emailAddress().filter(address => address.length <= max),
}

/** Strings that the schema of a string allows. */
export function stringOf({ pattern, format, maxLength = 1000, minLength = 0 }: Schema): fc.Arbitrary<string> {
  const isMatch = (value: string) => pattern === undefined || new RegExp(pattern).test(value)
  if (format !== undefined) {
    const make = ofFormat[format]
    if (!make) throw new Error(`The generator does not know the format ${format}`)
    return make(maxLength).filter(isMatch)
  }
  if (pattern === undefined) return visibleString(inLine, maxLength)
  return matching(pattern).filter(value => [...value].length <= maxLength && [...value].length >= minLength)
}

const known = new Map<string, fc.Arbitrary<string>>()

/** Made once a pattern: making one takes longer than drawing from it a thousand times. */
function matching(pattern: string): fc.Arbitrary<string> {
  const arbitrary = known.get(pattern) ?? fc.stringMatching(new RegExp(pattern))
  known.set(pattern, arbitrary)
  return arbitrary
}
