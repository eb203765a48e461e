import { createHash } from 'node:crypto'
import t from 'tap'
import { problemCodes } from '../../src/http/problem-codes.ts'
import { openService } from '../help/service.ts'

const { call } = await openService(t)
const codes = Object.keys(problemCodes)
const get = (url: string, accept?: string) =>
  call('GET', url, { token: null, headers: accept === undefined ? {} : { accept } })

t.test('the index of error codes is JSON to tools and a page to browsers; nobody needs a token', async t => {
  const { status, headers, body } = await get('/problems')
  t.same([status, headers.vary], [200, 'accept'])
  t.same(
    body.items.map(({ code }: { code: string }) => code),
    codes,
  )
  t.same(body.items[0], (await get(`/problems/${codes[0]}`)).body)
  const page = await get('/problems', 'text/html, */*;q=0.8')
  t.equal(page.headers['content-type'], 'text/html; charset=utf-8')
  t.same(
    [...page.text.matchAll(/href="\/problems\/(\w+)"/g)].map(([, code]) => code),
    codes,
  )
})

t.test('each code has a page that says what to do, shows an answer, and leads back', async t => {
  for (const code of codes) {
    const { status, headers, text } = await get(`/problems/${code}`, 'text/html')
    t.same([status, headers.vary], [200, 'accept'], code)
    t.match(text, `&quot;type&quot;: &quot;/problems/${code}&quot;`)
    t.match(text, 'href="/problems"')
    t.equal(text.split('<h1>').length, 2)
  }
})

t.test('the pages run nothing, load nothing, and stand in no frame', async t => {
  for (const url of ['/problems', '/problems/not_found']) {
    const { headers, text } = await get(url, 'text/html')
    const styles = [...text.matchAll(/<style>([\s\S]*?)<\/style>/g)].map(([, style]) => style!)
    for (const style of styles)
      t.match(
        headers['content-security-policy'],
        `'sha256-${createHash('sha256').update(style).digest('base64')}'`,
      )
    t.match(headers['content-security-policy'], "frame-ancestors 'none'")
    t.notMatch(text, /<script|<img|<link|\sstyle=|\son\w+=|src=/)
  }
})

t.test('what is no code is 404 and says where all are; what it does not come as is 406', async t => {
  const unknown = await get('/problems/constructor', 'text/html')
  t.match(unknown, { status: 404, body: { detail: /GET \/problems lists all/ } })
  t.equal((await get('/problems', 'image/png')).status, 406)
})
