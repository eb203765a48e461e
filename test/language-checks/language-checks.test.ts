import t from 'tap'
import { openService, type Service } from '../help/service.ts'

const check = async ({ call }: Service, text: string, more: object = {}) =>
  (await call('POST', '/v1/language-checks', { body: { text, ...more } })).body.findings

t.test('a sentence that blames is found, with its words, why, and a question for the system', async t => {
  const service = await openService(t)
  const text = '📟 Errors rose. At 14:08 the on-call engineer forgot to check the replica. It recovered.'
  const [finding, ...others] = await check(service, text)
  t.same(others, [])
  t.match(finding, {
    code: 'omission',
    sentence: 'At 14:08 the on-call engineer forgot to check the replica.',
  })
  t.equal([...text].slice(...finding.span).join(''), 'the on-call engineer forgot')
  t.match(finding.question, /at 14:08.*\?$/)
  t.ok(finding.why.length > 20)
})

t.test('the example of the contract is what the service answers', async t => {
  const service = await openService(t)
  const contract = (await service.call('GET', '/openapi.json', { token: null })).body
  const { LanguageCheckInput, LanguageCheck } = contract.components.schemas
  const { status, body } = await service.call('POST', '/v1/language-checks', {
    body: LanguageCheckInput.examples[0],
  })
  t.equal(status, 200)
  t.same(body, LanguageCheck.examples[0])
})

t.test('names come from the directory as it is now, also of who has left, and from the call', async t => {
  const service = await openService(t)
  const sentence = 'Xiulan missed the warning.'
  t.same(await check(service, sentence), [])
  t.match(await check(service, sentence, { people: ['Xiulan Ma'] }), [{ code: 'omission' }])
  t.same(await check(service, sentence), [], 'what a call names counts for that call')
  await service.call('PUT', '/v1/people/xma', { body: { name: 'Xiulan Ma' } })
  t.match(await check(service, sentence), [{ code: 'omission' }])
  await service.call('PATCH', '/v1/people/xma', { body: { active: false } })
  t.match(await check(service, sentence), [{ code: 'omission' }])
  t.match(await check(service, '@xma missed the warning.'), [{ code: 'omission' }])
  await service.call('PATCH', '/v1/people/xma', { body: { name: 'Somebody Else' } })
  t.same(await check(service, sentence), [])
})

t.test('the field matters where it changes the judgement', async t => {
  const service = await openService(t)
  const text = 'The root cause was a full disk.'
  t.same(await check(service, text, { field: 'event' }), [])
  t.match(await check(service, text, { field: 'factor' }), [{ code: 'root_cause' }])
})

t.test('a text that is blank, too long or elsewhere is refused with its place', async t => {
  const { call } = await openService(t)
  const refused: [object, string][] = [
    [{}, '/text'],
    [{ text: ' \u200b' }, '/text'],
    [{ text: 'x'.repeat(10_001) }, '/text'],
    [{ text: 'x', field: 'root_cause' }, '/field'],
    [{ text: 'x', people: [''] }, '/people/0'],
    [{ text: 'x', people: Array(101).fill('Sam') }, '/people'],
  ]
  for (const [body, pointer] of refused) {
    const reply = await call('POST', '/v1/language-checks', { body })
    t.match(reply, { status: 422, body: { code: 'invalid_body', errors: [{ pointer }] } }, pointer)
  }
  t.equal(
    (await call('POST', '/v1/language-checks', { body: { text: '\u{1f4df}'.repeat(10_000) } })).status,
    200,
  )
})
