import { createHash } from 'node:crypto'
import t from 'tap'
import { adminToken, openService } from '../help/service.ts'

const { call, app } = await openService(t)
const ofBrowser = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8'
const home = (accept?: string) =>
  call('GET', '/', { token: null, headers: accept === undefined ? {} : { accept } })

t.test('a browser gets a page, and who does not ask for one gets JSON; nobody needs a token', async t => {
  for (const accept of [ofBrowser, 'text/html', 'application/json;q=0.5, text/*']) {
    const { status, headers, text } = await home(accept)
    t.equal(status, 200, accept)
    t.equal(headers['content-type'], 'text/html; charset=utf-8')
    t.equal(headers.vary, 'accept')
    t.match(text, /^<!doctype html>\n<html lang="en">/)
  }
  for (const accept of [undefined, '*/*', 'application/json', 'application/*']) {
    const { status, headers, body } = await home(accept)
    t.equal(status, 200, accept ?? 'no Accept')
    t.equal(headers['content-type'], 'application/json; charset=utf-8')
    t.equal(headers.vary, 'accept')
    t.match(body, { name: 'Debrief', version: /^\d+\.\d+\.\d+$/, links: { docs: '/docs' } })
  }
})

t.test('what it does not come as is refused', async t => {
  const { status, headers, body } = await home('image/png')
  t.same([status, body.code], [406, 'not_acceptable'])
  t.equal(headers.vary, 'accept')
})

t.test('the page runs nothing, loads nothing, and stands in no frame', async t => {
  const { headers, text } = await home(ofBrowser)
  const styles = [...text.matchAll(/<style>([\s\S]*?)<\/style>/g)].map(([, style]) => style!)
  const hashes = styles.map(style => `'sha256-${createHash('sha256').update(style).digest('base64')}'`)
  t.same(headers['content-security-policy']!.split('; ').sort(), [
    "base-uri 'none'",
    "default-src 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    `style-src ${hashes.join(' ')}`,
  ])
  t.equal(headers['x-content-type-options'], 'nosniff')
  t.notMatch(text, /<script|<img|<link|\sstyle=|\son\w+=|src=|https?:|url\(/)
})

t.test('each way on of the page and of the JSON is there, and needs a token below /v1 only', async t => {
  const links: string[] = Object.values((await home()).body.links)
  const ofPage = [...(await home(ofBrowser)).text.matchAll(/href="([^"]+)"/g)].map(([, href]) => href!)
  t.same(ofPage.sort(), links.toSorted())
  t.ok(links.length > 5)
  for (const url of links) {
    const asked = { url, headers: { accept: ofBrowser } }
    const authorization = `Basic ${Buffer.from(`anybody:${adminToken}`).toString('base64')}`
    const open = await app.inject(asked)
    if (!url.startsWith('/v1/')) t.equal(open.statusCode, 200, url)
    else {
      t.equal(open.statusCode, 401, url)
      t.match(open.headers['www-authenticate'], /^Basic /, 'and the browser asks for it')
      t.equal((await app.inject({ ...asked, headers: { ...asked.headers, authorization } })).statusCode, 200)
    }
  }
})
