import t from 'tap'
import { dark, grounds, light, paper } from '../../../src/postmortem/document/html/style/palette.ts'
import { style } from '../../../src/postmortem/document/html/style/style.ts'

/** The least contrast of text by WCAG 2.2, level AA. */
const least = 4.5

/** Relative luminance, as WCAG defines it. */
function luminance(colour: string): number {
  const [red, green, blue] = [1, 3, 5].map(from => {
    const share = Number.parseInt(colour.slice(from, from + 2), 16) / 255
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!
}

function contrast(one: string, other: string): number {
  const [dim, bright] = [luminance(one), luminance(other)].toSorted((a, b) => a - b)
  return (bright! + 0.05) / (dim! + 0.05)
}

t.test('contrast is measured as WCAG does', async t => {
  t.equal(contrast('#000000', '#ffffff'), 21)
  t.equal(contrast('#777777', '#ffffff').toFixed(2), '4.48')
})

for (const [name, palette] of Object.entries({ light, dark, paper })) {
  t.test(`every ink can be read on its grounds: ${name}`, async t => {
    for (const [ink, on] of grounds)
      for (const ground of on) {
        const value = contrast(palette[ink], palette[ground])
        t.ok(value >= least, `${ink} on ${ground}: ${value.toFixed(2)}`)
      }
  })
}

t.test('every colour is one of the palette, and each of them has its grounds', async t => {
  const rules = style.replace(/:root \{[^}]*\}/g, '')
  t.notMatch(rules, /#[0-9a-f]{3,8}\b(?=[;\s}])|\brgba?\(/i)
  const used = new Set([...style.matchAll(/var\(--([a-z-]+)\)/g)].map(([, name]) => name!))
  t.same(
    [...used].filter(name => !(name in light)),
    [],
  )
  const grounded = new Set(grounds.flatMap(([ink, on]) => [ink, ...on]))
  t.same(
    [...used].filter(name => name !== 'line' && !grounded.has(name as keyof typeof light)),
    [],
  )
})
