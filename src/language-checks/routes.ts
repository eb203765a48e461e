import type { App } from '../http/context.ts'
import { ref } from '../http/fields.ts'
import type { CurrentBlameCheck } from './checker.ts'
import * as contract from './schema.ts'

export function languageCheckRoutes(app: App, blameCheck: CurrentBlameCheck): void {
  app.post(
    '/language-checks',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'checkLanguage',
        tags: ['Language'],
        summary: 'Find sentences that blame',
        description: 'For use while people write. Nothing is stored.',
        body: ref(contract.LanguageCheckInput),
        response: { 200: ref(contract.LanguageCheck) },
      },
    },
    async request => {
      const { text, field, people } = request.body
      const check = await blameCheck()
      return { findings: check(text, { field: field ?? undefined, people: people ?? [] }) }
    },
  )
}
