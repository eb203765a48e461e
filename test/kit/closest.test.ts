import t from 'tap'
import { closest, closestPart } from '../../src/kit/closest.ts'

const severities = ['SEV1', 'SEV2', 'SEV3', 'SEV4', 'SEV5']
const priorities = ['P0', 'P1', 'P2', 'P3']
const kinds = ['alert', 'deploy', 'detection', 'diagnosis', 'decision', 'status_update']

t.test('a word is found whatever its case, blanks and punctuation', async t => {
  t.equal(closest('sev 2', severities), 'SEV2')
  t.equal(closest('P-1', priorities), 'P1')
  t.equal(closest('Status Update', kinds), 'status_update')
})

t.test('a word is found with few letters wrong, left out, added or swapped', async t => {
  for (const word of ['occured_at', 'occurred_att', 'ocurred_at', 'occurred_ta', 'occuredat'])
    t.equal(closest(word, ['occurred_until', 'occurred_at', 'title']), 'occurred_at', word)
  t.equal(closest('titel', ['title', 'severity']), 'title')
  t.equal(closest('owner', ['title', 'severity']), undefined)
})

t.test('what is as near to several words means none of them', async t => {
  t.equal(closest('SEV6', severities), undefined)
  t.equal(closestPart('SEV', severities), undefined)
  t.equal(closestPart('de', kinds), undefined)
})

t.test('a word is found by its beginning, its end, its stem or its initials', async t => {
  t.equal(closestPart('2', severities), 'SEV2')
  t.equal(closestPart('deployment', kinds), 'deploy')
  t.equal(closestPart('detected', kinds), 'detection')
  t.equal(closestPart('IC', ['incident_commander', 'communications_lead', 'scribe']), 'incident_commander')
})

t.test('a word without letters, or one that is long, means nothing', async t => {
  for (const word of ['', ' ', '!', '重大', 'alert'.repeat(100_000)]) {
    t.equal(closest(word, kinds), undefined)
    t.equal(closestPart(word, kinds), undefined)
  }
})
