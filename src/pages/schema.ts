import Type from 'typebox'
import { apiInfo } from '../http/contract/openapi.ts'
import { component, inside, part } from '../http/fields.ts'
import { problemCodes } from '../http/problem-codes.ts'

/** A link of `/`, for both its HTML and its JSON. */
export interface HomeLink {
  /** Its name in the JSON. */
  name: string
  href: string
  title: string
  summary: string
}

/** Links that need a token, which a browser asks for. */
export const linksToRead: HomeLink[] = [
  {
    name: 'overdue',
    href: '/v1/action-items?overdue=true',
    title: 'What is overdue',
    summary: 'Action items past their date, over all incidents.',
  },
  {
    name: 'postmortems',
    href: '/v1/postmortems',
    title: 'Finished postmortems',
    summary: 'Sealed documents, each with the hash of its bytes.',
  },
  {
    name: 'incidents',
    href: '/v1/incidents',
    title: 'Incidents',
    summary: 'Each carries one postmortem, from draft to final.',
  },
  {
    name: 'template',
    href: '/v1/template',
    title: 'The template',
    summary: 'An empty postmortem, with a question wherever something is to be answered.',
  },
]

/** Public links. */
export const linksToBuild: HomeLink[] = [
  {
    name: 'docs',
    href: '/docs',
    title: 'API reference',
    summary: 'Every call with its examples, also without a network.',
  },
  {
    name: 'openapi',
    href: '/openapi.json',
    title: 'The contract',
    summary: 'OpenAPI 3.1, for generators of clients.',
  },
  {
    name: 'problems',
    href: '/problems',
    title: 'Error codes',
    summary: 'What each code means, and what to do.',
  },
  {
    name: 'ready',
    href: '/readyz',
    title: 'Is it ready',
    summary: 'Whether the database answers; /livez asks the process alone.',
  },
]

const links = [...linksToRead, ...linksToBuild]

/** The JSON of `/`. */
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
    links: part('HomeLinks', Object.fromEntries(links.map(({ name }) => [name, Type.String()])), {
      description: 'Addresses to begin with. What is below `/v1` needs a token.',
    }),
  },
  { description: 'What this service is, and where to go from here.', examples: [home] },
)
export const ProblemPage = component(
  'ProblemPage',
  { code: Type.String(), status: Type.Integer(), title: Type.String(), meaning: Type.String() },
  {
    description: 'What an error code means, and what to do.',
    examples: [
      {
        code: 'not_found',
        status: 404,
        title: problemCodes.not_found.title,
        meaning: problemCodes.not_found.meaning,
      },
    ],
  },
)
export const ProblemPages = component(
  'ProblemPages',
  { items: Type.Array(inside(ProblemPage)) },
  {
    description: 'All error codes.',
    examples: [
      {
        items: [
          {
            code: 'not_found',
            status: 404,
            title: problemCodes.not_found.title,
            meaning: problemCodes.not_found.meaning,
          },
        ],
      },
    ],
  },
)
export const pageSchemas = [Home, ProblemPage, ProblemPages]
