import fc from 'fast-check'
import t from 'tap'
import { findBlame } from './find-blame.ts'

const runs = { numRuns: Number(process.env.FC_RUNS ?? 500) }
const words = fc.constantFrom(
  ...`Sam the engineer forgot should have not never if because who which by of to on-call was been it's 14:08 caused root
  cause " ' \` \`\`\` ( , ; . ! ? – ’s n't 📟 \n \n\n > - team's Will May fault human error be more careful`.split(
    / +/,
  ),
)
const texts = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc.array(words, { maxLength: 60 }).map(list => list.join(' ')),
)
const options = { people: ['Sam Okoro', 'Will Page', 'May'] }
const blaming = 'The on-call engineer forgot to check the replica.'

t.test('any text is judged, and each span lies in its sentence, which lies in the text', async t => {
  fc.assert(
    fc.property(texts, text => {
      const points = [...text]
      return findBlame(text, options).every(({ span: [start, end], sentence }) => {
        const said = points.slice(start, end).join('')
        return start < end && end <= points.length && sentence.includes(said) && text.includes(sentence)
      })
    }),
    runs,
  )
  t.pass('for all texts')
})

t.test('what stands before is counted in code points', async t => {
  const [alone] = findBlame(blaming)
  fc.assert(
    fc.property(fc.array(fc.constantFrom('📟', '🔥', 'é', 'a'), { maxLength: 20 }), before => {
      const [found] = findBlame(`${before.join('')}.\n\n${blaming}`)
      return found!.span[0] === alone!.span[0] + before.length + 3
    }),
    runs,
  )
  t.pass('for all beginnings')
})

t.test('a code span, a quotation or a fenced block is never found, and adds nothing', async t => {
  const inert = texts.map(text => text.replace(/[`"“”~\n]/g, ' ').slice(0, 300))
  const findings = (text: string) => findBlame(text, options).map(({ code, sentence }) => [code, sentence])
  fc.assert(
    fc.property(inert, text => {
      const said = text.trim() || 'x'
      return [`\`${said}\``, `"${said}"`, `“${said}”`, `\`\`\`\n${said}\n\`\`\``, `> ${said}`].every(
        quoted => findings(quoted).length === 0,
      )
    }),
    runs,
  )
  fc.assert(
    fc.property(texts, inert, (text, code) => {
      const prose = text.replaceAll('`', '').replaceAll('~', '')
      const fenced = `\`\`\`\n${code}\n\`\`\`\n\n`
      return JSON.stringify(findings(`${fenced}${prose}`)) === JSON.stringify(findings(prose))
    }),
    runs,
  )
  t.pass('for all texts')
})
