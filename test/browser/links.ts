import type { Tab } from './chromium.ts'

/** Each id is there once, and each link of the service leads to something that is there. */
export async function findLinkFaults(tab: Tab): Promise<string[]> {
  const ids: string[] = await tab.page.locator('[id]').evaluateAll(elements => elements.map(({ id }) => id))
  const repeated = [...new Set(ids.filter((id, i) => ids.indexOf(id) !== i))]
  const own = new URL(tab.page.url())
  const links: string[] = await tab.page
    .locator('a[href]')
    .evaluateAll(links => links.map(({ href }) => href))
  const faults = repeated.map(
    id => `The id ${id} is there ${ids.filter(other => other === id).length} times.`,
  )
  for (const link of new Set(links)) {
    const { origin, hash, href, pathname } = new URL(link)
    if (origin !== own.origin) continue
    const { isThere, ids } = await follow(tab, href.replace(hash, ''))
    const id = decodeURIComponent(hash.slice(1))
    if (!isThere) faults.push(`Nothing is at ${pathname}.`)
    else if (id !== '' && !ids.has(id)) faults.push(`Nothing has the id of ${pathname}${hash}.`)
  }
  return faults
}

interface Target {
  isThere: boolean
  ids: Set<string>
}
/** Asked for once, however many pages link to it. */
const targets = new Map<string, Promise<Target>>()

function follow({ page }: Tab, url: string): Promise<Target> {
  const ask = async (): Promise<Target> => {
    const answer = await page.request.get(url, { headers: { accept: 'text/html, */*;q=0.8' } })
    const ids = (await answer.text()).matchAll(/ id="([^"]*)"/g)
    return { isThere: answer.ok(), ids: new Set(Array.from(ids, ([, id]) => id!)) }
  }
  const target = targets.get(url) ?? ask()
  targets.set(url, target)
  return target
}
