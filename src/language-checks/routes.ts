import type { App, Context, Room } from '../http/context.ts'
import { ref } from '../http/fields.ts'
import { takeTurns } from '../kit/time/turns.ts'
import * as contract from './schema.ts'

const tag = { name: 'Language', description: 'Whether a text blames people, while it is written.' }

export const languageCheckRoom: Room = {
  tag,
  schemas: contract.languageCheckSchemas,
  routes: languageCheckRoutes,
}

function languageCheckRoutes(app: App, { blameCheck }: Context): void {
  app.post(
    '/language-checks',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'checkLanguage',
        tags: [tag.name],
        summary: 'Find sentences that blame',
        description: 'For use while people write. Nothing is stored.',
        body: ref(contract.LanguageCheckInput),
        response: { 200: ref(contract.LanguageCheck) },
      },
    },
    async (request, reply) => {
      const { text, field, people, lang } = request.body
      const check = await blameCheck()
      await takeTurns(reply.gone).next()
      const options = { field: field ?? undefined, people: people ?? [], lang }
      const { unjudged, findings } = check.judge(text, options)
      return { judged: unjudged === null, reason: unjudged, findings }
    },
  )
}
