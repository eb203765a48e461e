import type { App, Context } from '../http/context.ts'
import type { CurrentBlameCheck } from '../language-checks/checker.ts'
import { checkRoutes } from './checks/routes.ts'
import { followUpRoute } from './follow-up/routes.ts'
import { redactionRoute } from './redaction/routes.ts'
import { documentRoutes } from './sealing/document-routes.ts'
import { revisionRoutes } from './sealing/revision-routes.ts'
import { lifecycleRoutes } from './sealing/routes.ts'
import { threadRoute } from './thread/routes.ts'

export function postmortemRoutes(app: App, context: Context, blameCheck: CurrentBlameCheck): void {
  documentRoutes(app, context)
  checkRoutes(app, context, blameCheck)
  lifecycleRoutes(app, context, blameCheck)
  revisionRoutes(app, context)
  redactionRoute(app, context)
  threadRoute(app, context)
  followUpRoute(app, context)
}
