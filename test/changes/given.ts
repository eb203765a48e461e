import { drill, givenDrill, givenFactor, givenItem } from '../action-items/given.ts'
import type { Service } from '../help/service.ts'

/** The drill with two factors, and AI-1, which addresses the first. */
export async function givenThread(service: Service): Promise<void> {
  await givenDrill(service)
  await givenFactor(service)
  await givenFactor(service)
  await givenItem(service)
}

const rule = (expr: string) => `- alert: PaymentErrorRateHigh\n  expr: ${expr}\n  for: 2m\n`

export const aChange = {
  target_kind: 'alert_rule',
  target: 'PaymentErrorRateHigh',
  before: rule('checkout_orders:error_ratio > 0.05'),
  after: rule('checkout_payments:failure_ratio > 0.05'),
  url: 'https://git.carta.example/monitoring/pull/118',
  action_item: 'AI-1',
}

export const verification = {
  kind: 'alert',
  system: 'prometheus',
  excerpt: 'PaymentErrorRateHigh fired 2 min after the stub was set to fail.',
}

/** Adds a change and returns its number. */
export async function givenChange({ call }: Service, more: object = {}, incident = drill): Promise<number> {
  return (await call('POST', `${incident}/changes`, { body: { ...aChange, ...more } })).body.number
}
