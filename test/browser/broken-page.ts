import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { isDeepStrictEqual } from 'node:util'
import { type Check, checkPage } from './checks.ts'
import type { Tabs } from './chromium.ts'

/** Pages with every fault that is looked for, so that a check that finds nothing is known to be able to. */

const policy = "default-src 'none'; style-src 'unsafe-inline'"
const faulty = {
  '/loading': '<img alt="A lamp" src="https://elsewhere.example/lamp.png">',
  '/reading': `<p style="color: #bbb; width: 2000px">Grey and wide</p><b id="twice"></b><b id="twice"></b>
    <a href="#nowhere">Nowhere</a> <a href="/nothing">Nothing</a> <p style="break-before: page">Two</p>
    <p style="width: 1ch; overflow-wrap: anywhere">Letter by letter</p>`,
}
/** By the page, how many faults each check finds in it. */
const expected = {
  '/loading': { 'loading, 1280 px': 2, 'loading, 390 px': 2 },
  '/reading': {
    ...{ 'loading, 1280 px': 0, 'width, 1280 px': 2, 'axe, 1280 px light': 1, 'axe, 1280 px dark': 1 },
    ...{ links: 3, print: 2, pictures: 1 },
    ...{ 'loading, 390 px': 0, 'width, 390 px': 2, 'axe, 390 px light': 1, 'axe, 390 px dark': 1 },
  },
}

/** Looks for faults in the broken pages; it is a fault not to find them. */
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
  for (const [path, counts] of Object.entries(expected)) {
    const page = { name: 'broken', path, sheets: 1, onEachSheet: 'PM-', hasPicture: true }
    const checks = await checkPage(tabs, page, `http://127.0.0.1:${port}${path}`)
    const found = Object.fromEntries(checks.map(({ name, faults }) => [name, faults.length]))
    if (!isDeepStrictEqual(found, counts)) faults.push(`${path} has other faults: ${JSON.stringify(found)}`)
  }
  server.close()
  return { name: 'faults are found', faults }
}
