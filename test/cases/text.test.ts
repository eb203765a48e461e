import t from 'tap'
import { logLine } from '../help/cast.ts'
import { openService } from '../help/service.ts'
import { saidByMarkdownIt, saidByMdast } from '../postmortem/document/read-back.ts'
import { seal } from '../postmortem/ready.ts'
import { givenCase, happened, spellOf, toldOf } from './happened.ts'

const service = await openService(t, { now: '2026-11-27T09:00:00.000Z' })
const { call } = service

/** What a person pastes into the impact of an incident. */
const pasted = `Affected:

- EU region, see [the panel](https://grafana.example/d/1?x=a|b)
- *not* the US

\`\`\`sh
find /var/spool -name '*.q' \\
  -o -name '*.tmp'
\`\`\`

cc @everyone, fixes #12`

t.test('pasted text', async t => {
  const incident = await givenCase(service, { title: 'Mail waits', impact: { description: pasted } }, [
    ...spellOf(1, '2026-11-20T08:00:00Z', '2026-11-20T09:00:00Z', { milestones: ['mitigated', 'resolved'] }),
    happened('2026-11-20T08:05:00Z', 'The queue `mail | eu` stands, see <https://a.example/q>.', {
      milestone: 'detected',
      sources: [{ ...logLine, excerpt: '- `not code` in a log' }],
    }),
  ])
  const { markdown, html } = await toldOf(service, incident)
  for (const read of [saidByMdast, saidByMarkdownIt]) {
    const { blocks, links, active } = read(markdown)
    const at = blocks.findIndex(block => JSON.stringify(block) === '["h3","Impact"]')
    t.same(blocks.slice(at + 1, at + 5), [
      ['paragraph', 'Affected:'],
      ['list', null, [[['paragraph', 'EU region, see the panel']], [['paragraph', '*not* the US']]]],
      ['sh', "find /var/spool -name '*.q' \\\n  -o -name '*.tmp'"],
      ['paragraph', 'cc @everyone, fixes #12'],
    ])
    t.ok(links.includes('https://grafana.example/d/1?x=a|b'))
    t.same(active, [])
  }
  t.match(html, '<a href="https://grafana.example/d/1?x=a|b" rel="noreferrer">the panel</a>')
  t.match(html, '<li>*not* the US</li>')
  t.match(html, '\n  -o -name')
  t.match(html, '<code>mail | eu</code>', 'an event has code')
  t.match(html, '“- `not code` in a log”', 'and an excerpt is what the log said')
  t.notMatch(
    markdown,
    /(?<!\w)@\w|#\d/,
    'nobody is called and nothing is linked where the Markdown is pasted',
  )
  t.equal((await seal(service, incident)).status, 201)
  t.equal((await call('GET', `${incident}/postmortem.json`)).body.incident.impact.description, pasted)
})
