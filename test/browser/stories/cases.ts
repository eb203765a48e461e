import { givenCase, happened, spellOf } from '../../cases/happened.ts'
import type { Service } from '../../help/service.ts'
import { seal } from '../../postmortem/ready.ts'
import { must } from '../../postmortem/redaction/help.ts'
import { pasted } from './pasted.ts'

/** Incidents that are hard to lay out: nothing in them, several days, only days, another language and zone. */

export const bare = '/v1/incidents/PM-2026-11-26-slow-search'
export const spells = '/v1/incidents/PM-2026-10-18-exports'
export const vulnerability = '/v1/incidents/PM-2025-12-10-library'
export const japanese = '/v1/incidents/PM-2018-06-26-hacchu'

const idOf = (path: string) => path.split('/').at(-1)!
const over = { milestones: ['mitigated', 'resolved'] }

export async function storeCases(service: Service): Promise<void> {
  await storeBare(service)
  await storeSpells(service)
  await storeVulnerability(service)
  await storeJapanese(service)
}

const storeBare = ({ call }: Service) =>
  must(call('POST', '/v1/incidents', { body: { id: idOf(bare), title: 'Search is slow', severity: 'SEV3' } }))

/** Four spells in ten days, and in every text what people paste. */
async function storeSpells(service: Service): Promise<void> {
  const { incident, source, described, change } = pasted
  await givenCase(service, { id: idOf(spells), occurred_on: '2026-10-18', ...incident }, [
    ...spellOf(1, '2026-10-18T08:00:00Z', '2026-10-18T13:30:00Z', { sources: [source] }),
    happened('2026-10-18T08:04:00Z', 'A customer calls.', { kind: 'alert', milestones: ['detected'] }),
    ...spellOf(2, '2026-10-21T09:10:00Z', '2026-10-21T11:40:00Z', { description: described }),
    ...spellOf(3, '2026-10-24T22:00:00Z', '2026-10-25T02:00:00Z'),
    happened('2026-10-26', 'The second queue is emptied by hand.', { kind: 'action' }),
    ...spellOf(4, '2026-10-28T19:28:00Z', '2026-10-28T21:30:00Z', over),
    happened('2026-10-28T19:23:00Z', 'The alert fires.', {
      kind: 'alert',
      milestones: ['detected'],
      spell: 4,
    }),
  ])
  await must(service.call('POST', `${spells}/changes`, { body: change }))
  await must(seal(service, spells))
}

/** Known by the day, but for one meeting. */
async function storeVulnerability(service: Service): Promise<void> {
  const fields = {
    ...{ id: idOf(vulnerability), occurred_on: '2025-12-10', nature: 'vulnerability', severity: null },
    title: 'A flaw in a library that every service has',
    summary: {
      what_broke: 'A crafted header made the library load code.',
      who_was_affected: 'Nobody, as far as logs show.',
    },
    impact: {},
    went_well: ['The list of what runs where was complete.'],
  }
  const sources = [{ kind: 'ticket', system: 'tracker', url: 'https://tracker.example/SEC-412' }]
  await givenCase(service, fields, [
    happened('2025-12-10', 'The flaw is published.', { milestone: 'detected', sources }),
    happened('2025-12-17T12:00:00Z', 'The team meets.', { kind: 'decision', sources }),
    happened('2025-12-17', 'The fix is published.', { sources }),
    happened('2026-01-14', 'The last service is patched.', { milestone: 'resolved', sources }),
  ])
  await retell(service, vulnerability, [
    ['The library loads code that a header names.', 'Turn loading off in every service'],
    ['Nothing told the team of the new release.', 'Subscribe to the releases of what every service has'],
  ])
  await must(seal(service, vulnerability))
}

/** Two spells in one night of Tokyo, which is the evening before in UTC. */
async function storeJapanese(service: Service): Promise<void> {
  const at = (time: string) => `2018-06-27T${time}:00+09:00`
  const sources = [
    { kind: 'log', system: 'hacchu-batch', excerpt: '03:28:04 発注バッチが異常終了しました (コード 137)' },
  ]
  const fields = {
    ...{
      id: idOf(japanese),
      occurred_on: '2018-06-26',
      title: '発注システムの停止と夜間バッチの再実行',
      lang: 'ja',
    },
    summary: {
      what_broke: '夜間の発注バッチが途中で停止し、翌朝の店舗への発注が確定しなかった。',
      who_was_affected: '関東の店舗と、その取引先。',
    },
    impact: { description: '発注の一部が二時間あまり遅れた。失われた注文はない。', requests_failed: 4120 },
    went_well: ['監視が二分で検知した。'],
  }
  await givenCase(service, fields, [
    ...spellOf(1, at('03:28'), at('05:10'), { description: '待機系に切り替え、復旧した。', sources }),
    ...spellOf(2, at('06:30'), at('07:45'), { description: '再起動し、復旧した。', sources, ...over }),
    happened(at('03:30'), '監視が検知した。', { milestones: ['detected'], sources }),
  ])
  await retell(service, japanese, [
    ['夜間バッチのメモリ上限が、店舗数の増加に追いついていなかった。', 'メモリ上限を店舗数から算出する'],
    ['再実行の手順書に、切り替え後の確認がなかった。', '手順書に確認の項目を加える'],
  ])
  await must(seal(service, japanese))
}

/** Replaces what every case has in common: the statements of its factors, and the titles of their action items. */
async function retell(
  { call }: Service,
  incident: string,
  told: [statement: string, item: string][],
): Promise<void> {
  for (const [i, [statement, title]] of told.entries()) {
    await must(call('PATCH', `${incident}/factors/${i + 1}`, { body: { statement } }))
    await must(call('PATCH', `${incident}/action-items/AI-${i + 1}`, { body: { title } }))
  }
}
