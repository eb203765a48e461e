import { request } from 'node:http'
import { text } from 'node:stream/consumers'
import t from 'tap'
import { checkAnswer } from '../../help/contract-check.ts'
import { openService } from '../../help/service.ts'

const { app } = await openService(t)
const { port } = new URL(await app.listen({ port: 0, host: '127.0.0.1' }))

/** Asks for a path as it is written: `fetch` and `inject` would resolve its dots. */
function get(path: string, headers: Record<string, string> = {}, method = 'GET') {
  return new Promise<{ status: number; headers: Record<string, unknown>; body: string }>(
    (resolve, reject) => {
      const sent = request({ port, host: '127.0.0.1', path, headers, method }, async response =>
        resolve({ status: response.statusCode!, headers: response.headers, body: await text(response) }),
      )
      sent.on('error', reject).end()
    },
  )
}

t.test('a file that the reference does not have is 404, however its path is written', async t => {
  const up = ['../x', '%2e%2e/x', '%2e%2e%2fx', '..%2f..%2fpackage.json', '%5c..%5cx', '%252e%252e/x']
  const odd = ['.%00', '%00', 'x%00.js', '.env', '.git/config', '%2fetc/passwd', 'x'.repeat(5000)]
  for (const path of ['nope.js', 'a/b', 'a/b/', ...up, ...odd])
    for (const method of ['GET', 'HEAD']) {
      const url = `/docs/static/${path}`
      const answer = await get(url, {}, method)
      t.equal(answer.status, 404, `${method} ${url.slice(0, 40)}`)
      checkAnswer({ method, url, ...answer })
      if (method === 'GET') t.match(JSON.parse(answer.body), { code: 'not_found' })
    }
  for (const path of ['%ff', '%', '%zz']) {
    const { status, body } = await get(`/docs/static/${path}`)
    t.match([status, JSON.parse(body)], [400, { code: 'malformed_request' }], path)
  }
})

t.test('a file of the reference is sent whole, whatever range or condition is asked for', async t => {
  const url = '/docs/static/swagger-ui.css'
  const whole = await get(url)
  t.equal(whole.status, 200)
  const conditions = {
    range: 'bytes=99999999-',
    'if-match': '"x"',
    'if-unmodified-since': 'Mon, 01 Jan 2001 00:00:00 GMT',
  }
  for (const [name, value] of Object.entries(conditions)) {
    const { status, body } = await get(url, { [name]: value })
    t.equal(status, 200, name)
    t.ok(body === whole.body, name)
  }
  t.equal((await get('/docs/static/%73wagger-ui.css')).status, 200)
})

t.test('no page may be framed by another site', async t => {
  for (const url of [
    '/',
    '/docs',
    '/docs/',
    '/docs/static/index.html',
    '/docs/static/swagger-ui.css',
    '/livez',
  ]) {
    const { headers } = await get(url, { accept: 'text/html' })
    t.match(headers['content-security-policy'], /frame-ancestors 'none'/, url)
  }
})
