import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Check, checkPage } from './checks.ts'
import type { Tabs } from './chromium.ts'

/** Pages with every fault that is looked for, so that a check that finds nothing is known to be able to. */

const policy = "default-src 'none'; style-src 'unsafe-inline'"
const faulty = {
  '/loading': '<img alt="A lamp" src="https://elsewhere.example/lamp.png">',
  '/reading':
    '<p style="color: #bbb; width: 2000px">Grey and wide</p><a href="#nowhere">Nowhere</a><b id="twice"></b><b id="twice"></b><p style="break-before: page">Two</p>',
}
/** By the page, the checks that find a fault in it. */
const expected = {
  '/loading': ['loading, 1280 px', 'loading, 390 px'],
  '/reading': [
    ...['width, 1280 px', 'axe, 1280 px light', 'axe, 1280 px dark', 'links', 'print'],
    ...['width, 390 px', 'axe, 390 px light', 'axe, 390 px dark'],
  ],
}

/** Looks for faults in the broken pages; a fault is one that was not found. */
export async function checkBrokenPages(tabs: Tabs): Promise<Check> {
  const server = createServer(({ url = '' }, response) => {
    const body = faulty[url as keyof typeof faulty]
    response.writeHead(body ? 200 : 404, { 'content-type': 'text/html', 'content-security-policy': policy })
    response.end(
      `<!doctype html><html lang="en"><title>Broken</title><main><h1>Broken</h1>${body}</main></html>`,
    )
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const faults: string[] = []
  for (const [path, names] of Object.entries(expected)) {
    const page = { name: 'broken', path, sheets: 1, onEachSheet: 'PM-' }
    const checks = await checkPage(tabs, page, `http://127.0.0.1:${port}${path}`)
    const found = checks.filter(({ faults }) => faults.length > 0).map(({ name }) => name)
    faults.push(
      ...names.filter(name => !found.includes(name)).map(name => `${name}: the fault was not found.`),
    )
  }
  server.close()
  return { name: 'faults are found', faults }
}
