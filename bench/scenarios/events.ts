import { parseStrictJson } from '../../src/kit/json/strict-json.ts'
import { nextEvent } from '../events.ts'
import { type Load, load, median, type Target, takeTurns } from '../measure.ts'
import { incident, type Setup } from '../setup.ts'
import { atLeast, atMost, compared, type Goal, measured, type Row } from '../table.ts'

const nextBody = () => JSON.stringify(nextEvent())

/** One event a request, against one INSERT a request; and the share of the strict parser in that. */
export async function measureEvents(setup: Setup): Promise<Row[]> {
  const [busy, busyRows] = await compareEvents(setup, 32, {
    cpu: atMost(0.5),
    rate: atLeast(1.5),
  })
  const [, singleRows] = await compareEvents(setup, 1, { rate: atLeast(0.9) })
  return [...busyRows, ...singleRows, ...(await measureParsing(setup, median(busy.map(({ cpu }) => cpu))))]
}

export const sendSingly = (
  target: Target,
  connections: number,
  seconds: number,
  path = `/v1/incidents/${incident}/events`,
): Promise<Load> => load(target, () => ({ method: 'POST', path, body: nextBody() }), { connections, seconds })

async function compareEvents(
  { scale, service, baseline, say }: Setup,
  connections: number,
  goals: { cpu?: Goal; rate: Goal },
): Promise<[ours: Load[], Row[]]> {
  const name = `single events, ${connections} connection${connections > 1 ? 's' : ''}`
  say(name)
  const turns = await takeTurns(scale.rounds, [
    () => sendSingly(service, connections, scale.seconds),
    () => sendSingly(baseline, connections, scale.seconds, `/events/${incident}`),
  ])
  const of = (figure: keyof Load) => turns.map(loads => loads.map(load => load[figure]))
  return [
    turns[0]!,
    [
      compared(`${name}: CPU an event`, 'µs', of('cpu'), goals.cpu),
      compared(`${name}: events`, '/s', of('rate'), goals.rate),
    ],
  ]
}

/** The strict parser against JSON.parse, in this process, over the bodies of events. */
async function measureParsing({ scale, say }: Setup, cpuOfEvent: number): Promise<Row[]> {
  say('input guards')
  const bodies = Array.from({ length: 2000 }, () => Buffer.from(nextBody()))
  const side = (parse: (bytes: Buffer) => unknown) => async () => cpuOfParsing(bodies, parse)
  const turns = await takeTurns(3 * scale.rounds, [
    side(parseStrictJson),
    side(bytes => JSON.parse(bytes.toString())),
  ])
  const guards = turns[0]!.map((strict, turn) => strict - turns[1]![turn]!)
  const shares = guards.map(cost => (100 * cost) / cpuOfEvent)
  return [
    compared('parsing a body of 1 KB', 'µs', turns),
    measured('input guards, of the CPU of an event', '%', shares, atMost(10)),
  ]
}

/** Microseconds of this process's CPU a body. */
function cpuOfParsing(bodies: Buffer[], parse: (bytes: Buffer) => unknown): number {
  const before = process.cpuUsage()
  for (const body of bodies) parse(body)
  const { user, system } = process.cpuUsage(before)
  return (user + system) / bodies.length
}
