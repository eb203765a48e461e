/** What to do about a handle that names nobody, or not whom it is to name; `at` is the pointer or the parameter. */

export const unknownPerson = (handle: string, at: string): string =>
  `${at} names ${handle}, and nobody in the directory has this handle. ${howToAdd('people', handle)}`

export const unknownTeam = (handle: string, at: string): string =>
  `${at} names ${handle}, and no team in the directory has this handle. ${howToAdd('teams', handle)}`

export const howToAdd = (kind: 'people' | 'teams', handle: string): string =>
  `PUT /v1/${kind}/${handle} with a name adds the ${kind === 'people' ? 'person' : 'team'}; GET /v1/${kind} lists all.`

/** For where a person is asked for, and a team is named. */
export const whoIsIn = (team: string): string => `GET /v1/people?team=${team} lists who is in it.`

/** The name in a query of the person that its token acts for; no handle. */
export const me = 'me'

export const hasLeft = (handle: string, at: string): string =>
  `${at} names ${handle}, who has left: name somebody who is there, or PATCH /v1/people/${handle} with "active": true.`
