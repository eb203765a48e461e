import { logLine } from '../help/cast.ts'
import type { Service } from '../help/service.ts'
import { givenReadyAbout } from '../postmortem/ready.ts'

/** The cases that real postmortems hold: what goes in, and what is told of it. */

/** The body of an event of a log; `fields` gives what is special about it. */
export const happened = (occurred_at: string, description: string, fields: object = {}) => ({
  occurred_at,
  kind: 'note',
  description,
  sources: [logLine],
  ...fields,
})

/** The start and the mitigation of one spell of impact; `fields` are the mitigation's. */
export const spellOf = (spell: number, started: string, mitigated: string, fields: object = {}) => [
  happened(started, `Spell ${spell} begins.`, { kind: 'impact', milestones: ['impact_started'], spell }),
  happened(mitigated, `Spell ${spell} is over.`, {
    kind: 'action',
    milestones: ['mitigated'],
    spell,
    ...fields,
  }),
]

/** Stores a case in review, in which all is told but what its events leave open, and returns its address. */
export const givenCase = (service: Service, fields: object, events: object[]): Promise<string> =>
  givenReadyAbout(service, { fields, events, held_at: service.clock.now.toISOString() })

/** What the service says of a case, wherever it says it. */
export async function toldOf({ call }: Service, incident: string) {
  const read = async (path: string) => call('GET', `${incident}${path}`)
  const id = incident.split('/').at(-1)
  const { items } = (await call('GET', '/v1/incidents?limit=200')).body
  const markdown = (await read('/postmortem.md')).text
  return {
    phase: items.find((one: { id: string }) => one.id === id).phase,
    milestones: (await read('/milestones')).body,
    checks: (await read('/checks')).body.items as { code: string; level: string; message: string }[],
    markdown,
    html: (await read('/postmortem.html')).text,
    howLong: lineOf(markdown, 'How long'),
    detection: lineOf(markdown, 'Detection time').replace(/ {3}Mitigation time.*/, ''),
  }
}

/** What stands after a label, to the end of its line. */
export const lineOf = (markdown: string, label: string): string =>
  markdown
    .split('\n')
    .find(line => line.startsWith(`${label}: `))
    ?.slice(label.length + 2)
    .trim() ?? ''

/** The rows of the table of the timeline: `[time, event]`. */
export const rowsOf = (markdown: string): string[][] =>
  markdown
    .split('## Timeline (UTC)\n')[1]!
    .trim()
    .split('\n\n')[0]!
    .split('\n')
    .slice(2)
    .map(row => row.split(' | ').slice(0, 2))
    .map(([time, event]) => [time!.replace('| ', ''), event!])
