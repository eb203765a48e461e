import t from 'tap'
import { finish } from '../../../src/kit/time/steps.ts'
import { judgedTexts } from '../../../src/postmortem/checks/judged-texts.ts'
import type { FailedCheck } from '../../../src/postmortem/checks/schema.ts'
import { asksOf, sectionOf } from '../../../src/postmortem/checks/sections.ts'
import { sectionSteps } from '../../../src/postmortem/document/document.ts'
import { viewOf } from '../../../src/postmortem/document/view.ts'
import { errorCheckCodes, warningCheckCodes } from '../../../src/waivers/schema.ts'
import { openService } from '../../help/service.ts'
import { poisoned } from '../document/hostile.ts'
import { givenReady, seal } from '../ready.ts'

/** Stored with a text in every field, so that it has every section. */
const data = poisoned(
  () => 'text',
  () => 'https://a.example/',
)
const ids = new Set([
  'head',
  ...finish(sectionSteps(viewOf(data))).map(([first]) => first?.type === 'heading' && first.id),
])

t.test('every check belongs to a section that the document has', async t => {
  for (const code of [...errorCheckCodes, ...warningCheckCodes])
    if (code !== 'BLAME_LANGUAGE') t.ok(ids.has(sectionOf({ code, pointer: '' })), code)
})

t.test('a sentence that blames belongs to the section that prints it', async t => {
  const pointers = judgedTexts(data).map(({ pointer }) => pointer)
  t.ok(pointers.length > 30)
  for (const pointer of pointers) t.ok(ids.has(sectionOf({ code: 'BLAME_LANGUAGE', pointer })), pointer)
  t.equal(sectionOf({ code: 'BLAME_LANGUAGE', pointer: '/sections/0/body' }), 'section-1')
  t.equal(sectionOf({ code: 'BLAME_LANGUAGE', pointer: '/factors/2/statement' }), 'analysis')
})

t.test('what is waived is not asked for', async t => {
  const failed = (message: string, waiver: FailedCheck['waiver']): FailedCheck => ({
    ...{
      code: 'FACTOR_COUNT',
      level: 'error',
      pointer: '/factors',
      ids: [],
      finding: null,
      waive_with: null,
    },
    ...{ message, waiver },
  })
  const checks = [failed('One more.', null), failed('Two.', { reason: 'So be it.', by: 'ana', at: '' })]
  t.match(asksOf(checks), { analysis: [{ message: 'One more.' }] })
  t.equal(asksOf(checks).analysis?.length, 1)
})

t.test(
  'the page of a working copy asks for what its checks do, and no other form and no final page does',
  async t => {
    const service = await openService(t)
    const { call } = service
    const incident = await givenReady(service)
    const page = async (query = '') => (await call('GET', `${incident}/postmortem.html${query}`)).text
    await call('PATCH', incident, { body: { went_well: [] }, headers: { 'if-match': '*' } })
    const { body } = await call('GET', `${incident}/checks`)
    t.ok(body.items.length > 0)
    const asked = await page()
    for (const { message } of body.items) t.match(asked, `<li>${message}</li>`)
    t.notMatch((await call('GET', `${incident}/postmortem.md`)).text, 'Say what went well')
    await call('PATCH', incident, { body: { went_well: ['The page was up.'] }, headers: { 'if-match': '*' } })
    t.equal((await seal(service, incident)).status, 201)
    t.notMatch(await page(), 'class="asks')
    t.notMatch(await page('?copy=working'), 'class="asks')
    await call('POST', `${incident}/amendments`, { body: { author: 'ana', reason: 'A sentence was wrong.' } })
    await call('PATCH', incident, { body: { went_well: [] }, headers: { 'if-match': '*' } })
    t.notMatch(await page(), 'class="asks', 'readers keep the revision')
    t.match(await page('?copy=working'), 'Say what went well')
  },
)
