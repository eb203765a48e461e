import Type from 'typebox'
import { apiInfo } from '../http/contract/openapi.ts'
import { component, exact } from '../http/fields.ts'

/** Where a newcomer can go from `/`: the page and its JSON are both written from this. */
export interface HomeLink {
  /** Its name in the JSON. */
  name: string
  href: string
  title: string
  words: string
}

/** What needs a token: a browser asks for it. */
export const linksToRead: HomeLink[] = [
  {
    name: 'overdue',
    href: '/v1/action-items?overdue=true',
    title: 'What is overdue',
    words: 'Action items past their date, over all incidents.',
  },
  {
    name: 'postmortems',
    href: '/v1/postmortems',
    title: 'Finished postmortems',
    words: 'Sealed documents, each with the hash of its bytes.',
  },
  {
    name: 'incidents',
    href: '/v1/incidents',
    title: 'Incidents',
    words: 'Each carries one postmortem, from draft to final.',
  },
  {
    name: 'template',
    href: '/v1/template',
    title: 'The template',
    words: 'An empty postmortem in Markdown, with placeholders.',
  },
]

/** What is open to all. */
export const linksToBuild: HomeLink[] = [
  {
    name: 'docs',
    href: '/docs',
    title: 'API reference',
    words: 'Every call with its examples, also without a network.',
  },
  {
    name: 'openapi',
    href: '/openapi.json',
    title: 'The contract',
    words: 'OpenAPI 3.1, for generators of clients.',
  },
  {
    name: 'problem',
    href: '/problems/not_found',
    title: 'Error codes',
    words: 'What a code means and what to do: here, of not_found.',
  },
  {
    name: 'ready',
    href: '/readyz',
    title: 'Is it ready',
    words: 'Whether the database answers; /livez asks the process alone.',
  },
]

const links = [...linksToRead, ...linksToBuild]

/** What this service is, for tools. */
export const home = {
  name: 'Debrief',
  version: apiInfo.version,
  description: apiInfo.description,
  links: Object.fromEntries(links.map(({ name, href }) => [name, href])),
}

export const Home = component(
  'Home',
  {
    name: Type.String(),
    version: Type.String(),
    description: Type.String(),
    links: exact(Object.fromEntries(links.map(({ name }) => [name, Type.String()])), {
      description: 'Addresses to begin with. What is below `/v1` needs a token.',
    }),
  },
  { description: 'What this service is, and where to go from here.', examples: [home] },
)
export const pageSchemas = [Home]
