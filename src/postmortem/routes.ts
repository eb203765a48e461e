import type { App, Context, Room } from '../http/context.ts'
import { checkRoutes } from './checks/routes.ts'
import { checkSchemas } from './checks/schema.ts'
import { followUpRoutes } from './follow-up/routes.ts'
import { followUpSchemas } from './follow-up/schema.ts'
import { redactionRoutes } from './redaction/routes.ts'
import { postmortemSchemas } from './schema.ts'
import { documentRoutes, templateRoute } from './sealing/document-routes.ts'
import { revisionRoutes } from './sealing/revision-routes.ts'
import { lifecycleRoutes } from './sealing/routes.ts'
import { revisionSchemas } from './sealing/schema.ts'
import { threadRoutes } from './thread/routes.ts'
import { threadSchemas } from './thread/schema.ts'

export const postmortemRoom: Room = {
  tag: {
    name: 'Postmortem',
    description:
      'The document, the checks that it must pass, and the revisions in which it is final. Stored text may have code spans and http(s) links as in Markdown, and long text also lists, quotes and fenced code; all else stays what was typed.',
  },
  schemas: [...postmortemSchemas, ...checkSchemas, ...threadSchemas, ...revisionSchemas, ...followUpSchemas],
  routes: postmortemRoutes,
}

function postmortemRoutes(app: App, context: Context): void {
  documentRoutes(app, context)
  templateRoute(app)
  checkRoutes(app, context)
  lifecycleRoutes(app, context)
  revisionRoutes(app, context)
  redactionRoutes(app, context)
  threadRoutes(app, context)
  followUpRoutes(app, context)
}
